import { readHost, readPort, readRecordingMode, readRingBytes, TRANSPORTS } from './config.ts'
import { readWireFault } from './faults.ts'
import {
  expected,
  NicFormatError,
  readBoolean,
  readChoice,
  readFields,
  readInteger,
  readText,
  type Fields,
} from './fields.ts'
import { isLoopback } from './ipv4.ts'
import type { NicCommand, NicReport, NicReportType } from './messages.ts'
import { TRACE_ID } from './traceparent.ts'

const MAX_NUMBER = Number.MAX_SAFE_INTEGER
/** One answer must not keep the NIC from forwarding for long. */
export const MAX_RECORDS_PER_ANSWER = 5000

/** Checks what came over the channel. Throws `NicFormatError`. */
export function readNicCommand(value: unknown): NicCommand {
  const fields = readFields(value, 'the command')
  const id = readCommandId(fields)
  switch (fields['type']) {
    case 'setPort':
      return {
        type: 'setPort',
        id,
        host: readText(fields['host'], 'host'),
        port: readInteger(fields['port'], 'port', 1, 65535),
        transport: readChoice(fields['transport'], 'transport', TRANSPORTS),
        open: readBoolean(fields['open'], 'open'),
      }
    case 'addHost':
      return { type: 'addHost', id, host: readHost(fields['host'], 'host') }
    case 'addPort':
      return { type: 'addPort', id, port: readPort(fields['port'], 'port') }
    case 'hold':
      return { type: 'hold', id, traceId: readTraceId(fields) }
    case 'holdDns':
      return readHoldDns(fields, id)
    case 'release':
      return { type: 'release', id, holdId: readInteger(fields['holdId'], 'holdId', 1, MAX_NUMBER) }
    case 'releaseAll':
      return { type: 'releaseAll', id, traceId: readTraceId(fields) }
    case 'records':
      return {
        type: 'records',
        id,
        fromNo: readInteger(fields['fromNo'], 'fromNo', 0, MAX_NUMBER),
        limit: readInteger(fields['limit'], 'limit', 1, MAX_RECORDS_PER_ANSWER),
      }
    case 'record':
      return { type: 'record', id, no: readInteger(fields['no'], 'no', 1, MAX_NUMBER) }
    case 'clear':
      return { type: 'clear', id }
    case 'setFault':
      return { type: 'setFault', id, fault: readWireFault(fields['fault'], 'fault') }
    case 'clearFault':
      return { type: 'clearFault', id, fault: readInteger(fields['fault'], 'fault', 1, MAX_NUMBER) }
    case 'setRecording':
      return {
        type: 'setRecording',
        id,
        mode: readRecordingMode(fields['mode'], 'mode'),
        ringBytes: readRingBytes(fields['ringBytes'], 'ringBytes'),
      }
    default:
      throw new NicFormatError('type', `names no command: ${JSON.stringify(fields['type'])}`)
  }
}

/** The `id` alone, so that a malformed command can be answered too. */
export function readCommandId(value: unknown): number {
  return readInteger(readFields(value, 'the command')['id'], 'id', 0, MAX_NUMBER)
}

function readTraceId(fields: Fields): string {
  const id = fields['traceId']
  if (typeof id !== 'string' || !TRACE_ID.test(id)) throw expected('traceId', '32 small hexadecimal digits', id)
  return id
}

function readHoldDns(fields: Fields, id: number): NicCommand {
  const address = readText(fields['address'], 'address')
  if (!isLoopback(address)) throw expected('address', 'a loopback address', address)
  const port = fields['port'] ?? null
  return {
    type: 'holdDns',
    id,
    traceId: readTraceId(fields),
    name: readText(fields['name'], 'name'),
    address,
    port: port === null ? null : readInteger(port, 'port', 1, 65535),
  }
}

const REPORT_TYPES: Readonly<Record<NicReportType, true>> = {
  ready: true,
  portChanged: true,
  stats: true,
  faults: true,
  held: true,
  released: true,
  holdLost: true,
  done: true,
  failed: true,
  records: true,
  record: true,
}

/**
 * A report as the engine gets it. The NIC is ours and runs the same version, so only the kind is checked: what is no
 * report (the runtime's own messages, for one) is null.
 */
export function readNicReport(value: unknown): NicReport | null {
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') return null
  return Object.hasOwn(REPORT_TYPES, value.type) ? (value as NicReport) : null
}
