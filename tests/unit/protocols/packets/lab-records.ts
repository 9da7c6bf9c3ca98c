import { encodeMessage, type Message } from '../../../../services/protocols/dns/index.ts'
import { Dissector } from '../../../../services/protocols/packets/dissector.ts'
import type { ExchangeSink } from '../../../../services/protocols/packets/exchange.ts'
import { LabMap, type LabPlaces } from '../../../../services/protocols/packets/lab-map.ts'
import type { Direction, PacketKind, PacketRecord } from '../../../../services/protocols/packets/record.ts'
import type { PacketSummary } from '../../../../services/protocols/packets/summary.ts'

/** A small lab on paper, and records as its NICs would make them. */

export const PLACES: LabPlaces = {
  hosts: [
    { id: 'client', address: '127.10.0.2' },
    { id: 'ns-1', address: '127.10.0.53' },
    { id: 'balancer-1', address: '127.10.0.10' },
    { id: 'server-1', address: '127.10.0.21' },
    { id: 'server-2', address: '127.10.0.22' },
    { id: 'database-1', address: '127.10.0.30' },
  ],
  services: [
    { id: 'dns-1', role: 'dns', host: 'ns-1' },
    { id: 'lb-1', role: 'load-balancer', host: 'balancer-1' },
    { id: 'web-1', role: 'web-server', host: 'server-1' },
    { id: 'app-1', role: 'app-server', host: 'server-1' },
    { id: 'web-2', role: 'web-server', host: 'server-2' },
    { id: 'app-2', role: 'app-server', host: 'server-2' },
    { id: 'db-1', role: 'database', host: 'database-1' },
  ],
  links: [
    { id: 'client>dns-1', from: 'client', to: 'dns-1', protocol: 'DNS' },
    { id: 'client>lb-1', from: 'client', to: 'lb-1', protocol: 'HTTP' },
    { id: 'lb-1>web-1', from: 'lb-1', to: 'web-1', protocol: 'HTTP' },
    { id: 'lb-1>web-2', from: 'lb-1', to: 'web-2', protocol: 'HTTP' },
    { id: 'web-1>app-1', from: 'web-1', to: 'app-1', protocol: 'HTTP' },
    { id: 'web-2>app-2', from: 'web-2', to: 'app-2', protocol: 'HTTP' },
    { id: 'app-1>db-1', from: 'app-1', to: 'db-1', protocol: 'Hrana' },
    { id: 'app-2>db-1', from: 'app-2', to: 'db-1', protocol: 'Hrana' },
  ],
}

const PORTS: Readonly<Record<string, number>> = {
  'dns-1': 8053,
  'lb-1': 8080,
  'web-1': 8080,
  'web-2': 8080,
  'app-1': 3000,
  'app-2': 3000,
  'db-1': 8090,
}

export interface ConnectionPlan {
  /** A service or `client`. */
  readonly from: string
  readonly to: string
  readonly port?: number
  readonly transport?: 'tcp' | 'udp'
}

/** One recording: hands out numbers and times, and keeps every record. */
export class Recording {
  readonly records: PacketRecord[] = []
  /** Nanoseconds; moved by hand, and by one with every record. */
  nowNs = 1_000_000
  private connections = 0

  open(plan: ConnectionPlan): RecordedConnection {
    this.connections += 1
    return new RecordedConnection(this, plan, this.connections)
  }

  add(record: Omit<PacketRecord, 'no' | 'timeNs'>): PacketRecord {
    this.nowNs += 1
    const added = { ...record, no: this.records.length + 1, timeNs: this.nowNs }
    this.records.push(added)
    return added
  }

  /** Reads everything so far. */
  dissect(sink?: ExchangeSink): PacketSummary[] {
    const dissector = new Dissector(new LabMap(PLACES), sink)
    return this.records.map((record) => dissector.add(record))
  }
}

export class RecordedConnection {
  readonly number: number
  readonly offset = { in: 0, out: 0 }
  private readonly recording: Recording
  private readonly base: Pick<
    PacketRecord,
    'transport' | 'connection' | 'host' | 'service' | 'peerHost' | 'peerService' | 'client' | 'server' | 'seenPort'
  >

  constructor(recording: Recording, plan: ConnectionPlan, number: number) {
    this.recording = recording
    this.number = number
    const service = PLACES.services.find(({ id }) => id === plan.to)
    const peer = PLACES.services.find(({ id }) => id === plan.from)
    const host = service?.host ?? 'server-1'
    const port = plan.port ?? 40_000 + (number % 20_000)
    this.base = {
      transport: plan.transport ?? 'tcp',
      connection: number,
      host,
      service: plan.to,
      peerHost: peer?.host ?? null,
      peerService: null,
      client: { address: addressOf(peer?.host ?? 'client'), port },
      server: { address: addressOf(host), port: PORTS[plan.to] ?? 9999 },
      seenPort: port,
    }
  }

  handshake(): PacketRecord {
    return this.mark('handshake', 'in')
  }

  /** Bytes from the side that opened the connection. `recorded` cuts what the recording keeps. */
  send(data: string | Uint8Array, recorded?: number): PacketRecord {
    return this.data('in', data, recorded)
  }

  answer(data: string | Uint8Array, recorded?: number): PacketRecord {
    return this.data('out', data, recorded)
  }

  mark(kind: PacketKind, direction: Direction): PacketRecord {
    const offset = this.offset[direction]
    return this.recording.add({
      ...this.base,
      kind,
      direction,
      offset,
      length: 0,
      payload: new Uint8Array(0),
      heldNs: 0,
      delayedNs: 0,
      fault: null,
    })
  }

  private data(direction: Direction, data: string | Uint8Array, recorded?: number): PacketRecord {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
    const offset = this.offset[direction]
    this.offset[direction] += bytes.length
    return this.recording.add({
      ...this.base,
      kind: this.base.transport === 'udp' ? 'datagram' : 'segment',
      direction,
      offset,
      length: bytes.length,
      payload: bytes.subarray(0, recorded ?? bytes.length),
      heldNs: 0,
      delayedNs: 0,
      fault: null,
    })
  }
}

function addressOf(host: string): string {
  return PLACES.hosts.find(({ id }) => id === host)?.address ?? '127.0.0.1'
}

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'

export function traceparent(traceId: string = TRACE_ID, spanId = '00f067aa0ba902b7'): string {
  return `traceparent: 00-${traceId}-${spanId}-01\r\n`
}

export function get(path: string, fields = '', host = 'www.foobar.com:8080'): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`
}

export function ok(body: string, fields = '', status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`
}

export function post(path: string, body: string, fields = ''): string {
  return `POST ${path} HTTP/1.1\r\nHost: db-1\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`
}

export function sqlBody(sql: string): string {
  return JSON.stringify({ baton: null, requests: [{ type: 'execute', stmt: { sql } }, { type: 'close' }] })
}

export function rowsBody(rows: number): string {
  const result = { cols: [], rows: Array.from({ length: rows }, () => []), affected_row_count: 0 }
  return JSON.stringify({ baton: null, results: [{ type: 'ok', response: { type: 'execute', result } }] })
}

const QUERY: Message = {
  id: 7,
  response: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  rcode: 0,
  questions: [{ name: 'www.foobar.com.', type: 1, class: 1 }],
  answers: [],
  authorities: [],
  additionals: [],
  edns: null,
}

export function dnsQuery(id = 7, changes: Partial<Message> = {}): Buffer {
  return encodeMessage({ ...QUERY, id, ...changes })
}

export function dnsAnswer(id = 7, changes: Partial<Message> = {}): Buffer {
  const data = { type: 'A', address: '127.10.0.10' } as const
  const answers = [{ name: 'www.foobar.com.', type: 1, class: 1, ttl: 60, data }]
  return encodeMessage({ ...QUERY, id, response: true, authoritative: true, answers, ...changes })
}
