import { rcodeName, typeName } from '../dns/codes.ts'
import { describeData, questionText } from '../dns/describe.ts'
import { readLabNote } from '../dns/lab-option.ts'
import { decodeMessage, type Message } from '../dns/message.ts'
import { DnsFormatError } from '../dns/message-reader.ts'
import { displayName } from '../dns/name.ts'
import type { Question, ResourceRecord } from '../dns/records.ts'
import type { DnsExchange, ExchangeSink } from './exchange.ts'
import type { Flow } from './flow.ts'
import { intern } from './interner.ts'
import type { Part } from './summary.ts'

export interface DnsReading {
  readonly parts: readonly Part[]
  readonly exchange: DnsExchange | null
  readonly info: string
}

/** Questions without an answer that are remembered per pair of ports. */
const MAX_OPEN_QUESTIONS = 256
/** Records that a line names; it counts the rest. */
const MAX_NAMED = 4
/** Messages over TCP stand behind their length in two bytes (RFC 1035 section 4.2.2). */
const LENGTH_BYTES = 2

/** Questions and answers between two ports, joined by their id. */
export class DnsFlow {
  private readonly flow: Flow
  private readonly sink: ExchangeSink
  private readonly open = new Map<number, DnsExchange>()
  private readonly streams = { forward: new LengthFrames(), backward: new LengthFrames() }

  constructor(flow: Flow, sink: ExchangeSink) {
    this.flow = flow
    this.sink = sink
  }

  /** Whether an answer may still come. */
  get waiting(): boolean {
    return this.open.size > 0
  }

  readDatagram(timeNs: number, length: number, payload: Buffer): DnsReading {
    const part: Part = {
      kind: 'body',
      start: 0,
      end: payload.length,
      messageStart: 0,
      at: 0,
      last: true,
      chunked: false,
    }
    if (payload.length < length) return { parts: [], exchange: null, info: `${length} B` }
    return { ...this.readMessage(timeNs, payload), parts: [part] }
  }

  readSegment(forward: boolean, timeNs: number, offset: number, length: number, payload: Buffer): DnsReading {
    const stream = forward ? this.streams.forward : this.streams.backward
    const { parts, messages } = stream.read(offset, length, payload)
    const readings = messages.map((message) => this.readMessage(timeNs, message))
    const info = readings.map((reading) => reading.info).join(' · ')
    return { parts, exchange: readings[0]?.exchange ?? null, info: info === '' ? `… ${length} B` : info }
  }

  private readMessage(timeNs: number, bytes: Buffer): Omit<DnsReading, 'parts'> {
    let message: Message
    try {
      message = decodeMessage(bytes)
    } catch (error) {
      if (!(error instanceof DnsFormatError)) throw error
      return { exchange: null, info: `malformed: ${error.message}` }
    }
    const [question] = message.questions
    if (question === undefined) return { exchange: null, info: rcodeName(message.rcode) }
    return message.response ? this.readAnswer(timeNs, message, question) : this.readQuery(timeNs, message, question)
  }

  private readQuery(timeNs: number, message: Message, question: Question): Omit<DnsReading, 'parts'> {
    const exchange = this.begin(timeNs, message, question)
    exchange.requestEndNs = timeNs
    const [oldest] = this.open.keys()
    if (this.open.size >= MAX_OPEN_QUESTIONS && oldest !== undefined) this.open.delete(oldest)
    this.open.set(message.id, exchange)
    this.sink.asked(exchange)
    return { exchange, info: intern(questionText(question)) }
  }

  private readAnswer(timeNs: number, message: Message, question: Question): Omit<DnsReading, 'parts'> {
    const asked = this.open.get(message.id)
    this.open.delete(message.id)
    const exchange = asked ?? this.begin(timeNs, message, question)
    exchange.responseStartNs = timeNs
    exchange.endNs = timeNs
    exchange.rcode = rcodeName(message.rcode)
    exchange.truncated = message.truncated
    exchange.answers = message.answers.map((record) => intern(dataText(record)))
    exchange.ttlSeconds = message.answers.reduce<number | null>((least, { ttl }) => Math.min(least ?? ttl, ttl), null)
    exchange.ageSeconds = readLabNote(message).ageSeconds ?? null
    if (asked !== undefined) this.sink.answered(exchange)
    return { exchange, info: intern(`${questionText(question)} ${answerText(exchange)}`) }
  }

  private begin(timeNs: number, message: Message, question: Question): DnsExchange {
    return {
      kind: 'dns',
      flow: this.flow,
      startNs: timeNs,
      requestEndNs: null,
      responseStartNs: null,
      endNs: null,
      failure: null,
      failureNs: null,
      holds: [],
      delays: [],
      trace: null,
      packets: [],
      early: [],
      id: message.id,
      name: intern(displayName(question.name)),
      type: typeName(question.type),
      rcode: null,
      truncated: false,
      answers: [],
      ttlSeconds: null,
      traceId: readLabNote(message).traceId ?? null,
      ageSeconds: null,
    }
  }
}

/** `NOERROR 127.10.0.10 ttl 60`, `NXDOMAIN`, `NOERROR truncated`. */
function answerText(exchange: DnsExchange): string {
  const words = [exchange.rcode ?? '']
  if (exchange.truncated) words.push('truncated')
  const named = exchange.answers.slice(0, MAX_NAMED)
  if (exchange.answers.length > MAX_NAMED) named.push(`+${exchange.answers.length - MAX_NAMED}`)
  if (named.length > 0) words.push(named.join(', '))
  if (exchange.ttlSeconds !== null) words.push(`ttl ${exchange.ttlSeconds}`)
  return words.join(' ')
}

/** The data of a record in words. */
export function dataText(record: ResourceRecord): string {
  return record.data.type === 'unknown' ? `\\# ${record.data.bytes.length}` : describeData(record.data)
}

/** Takes one direction of DNS over TCP apart. After a gap nothing says where a message begins: the rest is left alone. */
class LengthFrames {
  private held: Buffer = Buffer.alloc(0)
  private next: number | null = null
  private lost = false

  read(offset: number, length: number, payload: Buffer): { parts: Part[]; messages: Buffer[] } {
    const expected = this.next ?? 0
    this.next = Math.max(expected, offset + length)
    if (offset > expected || payload.length < length) this.lost = true
    const seen = Math.max(0, expected - offset)
    if (this.lost || seen >= payload.length) return { parts: [], messages: [] }
    const before = this.held.length
    const bytes = Buffer.concat([this.held, payload.subarray(seen)])
    const parts: Part[] = []
    const messages: Buffer[] = []
    let at = 0
    for (;;) {
      const end = at + LENGTH_BYTES + (bytes.length - at >= LENGTH_BYTES ? bytes.readUInt16BE(at) : 0)
      const whole = bytes.length - at >= LENGTH_BYTES && end <= bytes.length
      if (at < bytes.length) parts.push(framePart(at, whole ? end : bytes.length, before, offset + seen, seen, whole))
      if (!whole) break
      messages.push(bytes.subarray(at + LENGTH_BYTES, end))
      at = end
    }
    this.held = Buffer.from(bytes.subarray(at))
    return { parts, messages }
  }
}

/** `start` and `end` stand in the held bytes and the packet's together; a part says where they stand in the packet. */
function framePart(start: number, end: number, held: number, streamAt: number, seen: number, last: boolean): Part {
  const inPacket = Math.max(0, start - held)
  return {
    kind: 'body',
    start: seen + inPacket,
    end: seen + end - held,
    messageStart: streamAt + start - held,
    at: Math.max(0, held - start),
    last,
    chunked: false,
  }
}
