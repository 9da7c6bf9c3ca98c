/** Recorded packets without I/O: what each one is, filters, traces, streams, captures for Wireshark. */
export { describePacket, WHY_MODELLED, type PacketDetails } from './describe-packet.ts'
export { Dissector } from './dissector.ts'
export { compileFilter, type PacketPredicate } from './filter/compile-filter.ts'
export { FILTER_ERRORS, type FilterError, type FilterErrorKey } from './filter/filter-error.ts'
export { parseFilter, type FilterOptions, type ParsedFilter } from './filter/parse-filter.ts'
export { followStream, type FollowedStream, type StreamChunk } from './follow-stream.ts'
export { LabMap, type LabPlaces } from './lab-map.ts'
export { FIELD_NAMES, type FieldKey } from './layers/field-names.ts'
export type { Field, Layer, LayerName } from './layers/layer.ts'
export type { CaptureInterface } from './pcapng/blocks.ts'
export { CaptureWriter, writeCapture, type CaptureOptions } from './pcapng/write-capture.ts'
export { decodeRecord, type PacketRecord } from './record.ts'
export {
  packetRow,
  refusalBetween,
  PACKET_PROTOCOLS,
  type PacketProtocol,
  type PacketRow,
  type PacketSummary,
} from './summary.ts'
export { TRACE_SENTENCES, type Sentence, type SentenceKey } from './traces/sentences.ts'
export type { Trace, TraceHop, TraceRequest, TraceStep, HopFailure, HopTiming } from './traces/trace.ts'
export { TraceBook, type TraceBookOptions } from './traces/trace-book.ts'
