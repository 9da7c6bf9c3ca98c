import type {
  LayerName,
  PacketField,
  PacketFilterError,
  PacketRow,
  PacketView,
  RecordingState,
  StepState,
  StepStop,
  Trace,
  TraceHop,
  TraceSummary,
} from '../contract/index.ts'
import { tellStepNext, tellStepWhy, tellTrace } from '../engine/network/sentences.ts'
import type { Output } from './output.ts'
import { count, styledTable, time } from './words.ts'

/** How the command line puts packets, traces and stops into words. */

const NS_PER_MS = 1e6
const BYTES_PER_MIB = 1024 * 1024
/** Values of fields and infos are cut to this many characters: one line each. */
const MAX_VALUE_CHARS = 160
/** Fields of one packet that are shown, inner ones included. */
const MAX_FIELDS = 24

/** What a hop spent on the network: opening, request and answer under way; null when nothing of it was seen. */
export function networkNs({ timing }: TraceHop): number | null {
  const parts = [timing.openNs, timing.requestNs, timing.responseNs].filter((part) => part !== null)
  return parts.length === 0 ? null : parts.reduce((sum, part) => sum + part, timing.delayNs)
}

export function traceText(trace: Trace, out: Output): string {
  const { id, status, startNs, endNs } = trace
  const good = status !== null && status < 400
  const took = endNs === null ? 'still under way' : `in ${nsTime(endNs - startNs)}`
  const head = `Trace ${id}: ${trace.url ?? '-'}  ${out.style(good ? 'good' : 'bad', String(status ?? '-'))} ${took}`
  return [head, '', hopTable(trace, out), '', stepLines(trace, out), '', timeLine(trace)].join('\n')
}

function hopTable({ hops, startNs }: Trace, out: Output): string {
  const titles = ['AT', 'HOP', 'CONNECTION', 'REQUEST', 'ANSWER', 'NETWORK', 'PROCESS']
  const anyHeld = hops.some(({ timing }) => timing.heldNs > 0)
  const head = [...titles, ...(anyHeld ? ['HELD'] : [])].map((cell) => out.style('quiet', cell))
  const rows = hops.map((hop) => [
    nsTime(hop.startNs - startNs),
    `${'  '.repeat(depthOf(hop, hops))}${out.style('strong', `${hop.from} > ${hop.to}`)}`,
    hop.connection ?? '-',
    oneLine(hop.requestLine || '-', 60),
    hopOutcome(hop, out),
    nsTime(networkNs(hop)),
    nsTime(hop.timing.processNs),
    ...(anyHeld ? [hop.timing.heldNs > 0 ? nsTime(hop.timing.heldNs) : '-'] : []),
  ])
  return styledTable([head, ...rows])
}

function depthOf(hop: TraceHop, hops: readonly TraceHop[]): number {
  let depth = 0
  // A parent stands before its children, so this ends.
  for (let at = hop.parent; at !== null; at = hops[at]?.parent ?? null) depth += 1
  return depth
}

function hopOutcome({ answer, failed, endNs }: TraceHop, out: Output): string {
  if (failed !== null) return out.style('bad', [failed, answer].filter(Boolean).join(': '))
  return answer || (endNs === null ? out.style('warn', 'under way') : '-')
}

function stepLines({ steps, startNs }: Trace, out: Output): string {
  return styledTable(
    steps.map(({ atNs, sentence }) => [
      out.style('quiet', nsTime(atNs - startNs).padStart(9)),
      oneLine(tellTrace(sentence), MAX_VALUE_CHARS),
    ]),
  )
}

/** Waiting in processes apart from the time on the network. */
function timeLine({ processes, hops }: Trace): string {
  const inProcesses = processes.map(({ service, ns }) => `${service} ${nsTime(ns)}`).join(', ') || '-'
  const onNetwork = hops.reduce((sum, hop) => sum + (networkNs(hop) ?? 0), 0)
  return `Waiting in processes: ${inProcesses}. On the network: ${nsTime(onNetwork)}.`
}

export function traceListText(traces: readonly TraceSummary[], out: Output): string {
  if (traces.length === 0) return 'No request was traced yet. Send one: npm run -s lab -- trace'
  const head = ['NO', 'TIME', 'STATUS', 'TOOK', 'HOPS', 'URL'].map((cell) => out.style('quiet', cell))
  const rows = traces.map(({ id, atMs, url, status, totalMs, hops, failed }) => [
    out.style('strong', String(id)),
    new Date(atMs).toTimeString().slice(0, 8),
    out.style(failed ? 'bad' : 'good', String(status ?? '-')),
    totalMs === null ? 'under way' : time(totalMs),
    String(hops),
    url ?? '-',
  ])
  return styledTable([head, ...rows])
}

/** Widths of a packet's columns: lines come one by one, so no table can measure them. */
const PACKET_COLUMNS = { no: 6, time: 12, peers: 22, protocol: 5, kind: 9, length: 6 } as const

export function packetText(row: PacketRow): string {
  const { no, timeNs, from, to, protocol, kind, length, info, trace } = row
  const columns = [
    String(no).padStart(PACKET_COLUMNS.no),
    (timeNs / 1e9).toFixed(6).padStart(PACKET_COLUMNS.time),
    `${from} > ${to}`.padEnd(PACKET_COLUMNS.peers),
    protocol.padEnd(PACKET_COLUMNS.protocol),
    kind.padEnd(PACKET_COLUMNS.kind),
    String(length).padStart(PACKET_COLUMNS.length),
    (trace === null ? '' : `#${trace}`).padEnd(4),
  ]
  return `${columns.join('  ')}  ${oneLine(info, MAX_VALUE_CHARS)}`.trimEnd()
}

/** The filter with a mark below the place of the mistake, and what could stand there. */
export function filterPlace(filter: string, { start, end, expected }: PacketFilterError): string {
  // Marks stand below what they mean only when everything is one line.
  const line = filter.replace(/\s/g, ' ')
  const mark = ' '.repeat(start) + '^'.repeat(Math.max(1, end - start))
  const hint = expected.length === 0 ? [] : [`  Expected here: ${expected.join(' ')}`]
  return [`  ${line}`, `  ${mark}`, ...hint].join('\n')
}

/** One stop of a stepped request: who has the packet, what it holds, why it is here and what comes next. */
export function stopText(stop: StepStop, packet: PacketView | null, out: Output): string {
  const way = stop.direction === 'in' ? 'on its way to' : 'on its way from'
  const lines = [
    `${out.style('strong', `Stop ${stop.no}: ${stop.from} > ${stop.to}`)}  ${stop.message} at the network card of ${stop.host}, ${way} ${stop.service}`,
    `  ${oneLine(stop.title, MAX_VALUE_CHARS)}`,
    `  ${out.style('quiet', 'Why ')}  ${tellStepWhy(stop.why)}`,
    `  ${out.style('quiet', 'Next')}  ${tellStepNext(stop.next)}`,
  ]
  return [...lines, ...(packet === null ? [] : layerLines(packet, 'application', out))].join('\n')
}

function layerLines({ layers }: PacketView, name: LayerName, out: Output): readonly string[] {
  const layer = layers.find((one) => one.layer === name)
  if (layer === undefined) return []
  const fields = fieldLines(layer.fields, 2)
  const more = fields.length - MAX_FIELDS
  const rest = more > 0 ? [`    ... and ${count(more, 'more field')}`] : []
  return [`  ${out.style('quiet', layer.protocol)}`, ...fields.slice(0, MAX_FIELDS), ...rest]
}

function fieldLines(fields: readonly PacketField[], depth: number): readonly string[] {
  return fields.flatMap(({ name, value, fields: inner }) => [
    `${'  '.repeat(depth)}${name}${value === '' ? '' : `: ${oneLine(value, MAX_VALUE_CHARS)}`}`,
    ...fieldLines(inner, depth + 1),
  ])
}

export function stepEndText(step: StepState, out: Output): string {
  const { phase, status, stops, trace, failure } = step
  const hint = trace === null ? '' : ` The whole of it: npm run -s lab -- trace --id ${trace}`
  const at = `after ${count(stops.length, 'stop')}`
  if (phase === 'cancelled') return `${out.style('warn', 'Given up')} ${at}; the lab goes on.${hint}`
  // Why it failed is told as the command's error.
  if (failure) return `${out.style('bad', 'Failed')} ${at}.${hint}`
  return `${out.style('good', 'Done')} ${at}: status ${status ?? '-'}.${hint}`
}

export function recordingText(recording: RecordingState): string {
  const { mode, ringBytes, usedBytes, recorded, dropped, skipped } = recording
  const ring = `${mib(usedBytes)} of ${mib(ringBytes)} used`
  return `Recording: ${mode}; ${ring}; ${count(recorded, 'packet')} recorded, ${dropped} dropped, ${skipped} skipped.`
}

function mib(bytes: number): string {
  return `${(bytes / BYTES_PER_MIB).toFixed(1)} MiB`
}

function nsTime(ns: number | null): string {
  return ns === null ? '-' : time(ns / NS_PER_MS)
}

/** Text of the network on one line of the terminal: no line breaks, no control characters, not too long. */
function oneLine(text: string, limit: number): string {
  // Bytes of strangers must not steer the terminal.
  const line = text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '.')
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line
}
