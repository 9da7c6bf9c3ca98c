/** DNS without I/O: messages, zone files and authoritative answers. */
export {
  CONTROL_COMMANDS,
  readCacheDump,
  recentAnswer,
  writeCacheDump,
  type CacheDump,
  type RecentAnswer,
} from './cache-dump.ts'
export { ResolverCache } from './cache.ts'
export { decodeResponse, encodeQuery, matchResponse, type AddressAnswer, type QueryPlan } from './client.ts'
export { rcodeName, typeName } from './codes.ts'
export { describeData, describeOutcome, describeQuestion, describeRecords, questionText } from './describe.ts'
export { labOption, readLabNote, type LabNote } from './lab-option.ts'
export { decodeMessage, encodeMessage, type Edns, type Message } from './message.ts'
export { DnsFormatError } from './message-reader.ts'
export { displayName, parseName, sameName } from './name.ts'
export type { Question, RecordData, RecordSet, ResourceRecord, SoaFields } from './records.ts'
export { encodeAnswer, readClientQuery, type ClientQuery } from './recursive-messages.ts'
export { renderZone, type ZoneLine, type ZonePlan } from './render-zone.ts'
export { Resolution, type ResolvedAnswer } from './resolution.ts'
export { Responder, type Reply, type Transport } from './responder.ts'
export type { Zone } from './zone.ts'
export type { Problem } from './zone-lexer.ts'
export {
  addRecord,
  changeRecord,
  listRecords,
  removeRecord,
  withSerial,
  ZoneEditError,
  zoneSerial,
  type RecordLine,
} from './zone-edit.ts'
export { examineZone, formatProblems, parseZone, ZoneFileError, type ParsedZone } from './zone-parser.ts'
