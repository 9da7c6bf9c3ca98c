import { LabError } from '../../../../services/contract/errors.ts'
import {
  DEFAULT_RING_BYTES,
  type Endpoint,
  type FollowedStream,
  type PacketKind,
  type PacketPage,
  type PacketProtocol,
  type PacketRow,
  type PacketView,
  type RecordingMode,
  type RecordingState,
  type ServiceState,
  type StreamPiece,
} from '../../../../services/contract/index.ts'
import { readFakeFilter } from './fake-filter.ts'
import { drawFrame } from './fake-frame.ts'
import type { FakeLab } from './fake-lab.ts'

/** What the fake lab has sent before the window looks: enough rows to scroll through. */
const EARLIER_REQUESTS = 150
const EARLIER_GAP_NS = 180_000_000
const HEAD_BYTES = 66

export interface FakePacket {
  readonly row: PacketRow
  readonly payload: string
}

interface Party {
  readonly id: string
  readonly address: string
  readonly port: number
}

/** The packets that requests would leave behind, with plausible bytes; kept in an array, as nothing else runs here. */
export class FakeRecorder {
  readonly #lab: FakeLab
  #packets: FakePacket[] = []
  #mode: RecordingMode = 'full'
  #ringBytes = DEFAULT_RING_BYTES
  #nextNo = 1
  #nextConnection = 1
  #nextTrace = 1
  #timeNs = 0
  #perLink = new Map<string, { packets: number; bytes: number }>()

  constructor(lab: FakeLab) {
    this.#lab = lab
  }

  begin(): void {
    this.#packets = []
    this.#nextNo = 1
    this.#timeNs = 0
    this.#lab.emit({ type: 'networkChanged', patch: { state: 'ready', pid: 4100 } })
    for (let turn = 0; turn < EARLIER_REQUESTS; turn += 1) {
      this.request(turn, turn % 40 === 17 ? 502 : 200)
      this.#timeNs += EARLIER_GAP_NS
    }
    this.#perLink.clear()
    this.sample()
  }

  end(): void {
    this.#packets = []
    this.#lab.emit({ type: 'networkChanged', patch: { state: 'off', pid: null } })
  }

  sample(): void {
    const rates = this.#lab.state.links.map(({ id }) => {
      const { packets = 0, bytes = 0 } = this.#perLink.get(id) ?? {}
      return { link: id, packetsPerSecond: packets, bytesPerSecond: bytes, connections: packets > 0 ? 1 : 0 }
    })
    this.#perLink.clear()
    this.#lab.emit({ type: 'networkSampled', recording: this.#recording(), rates })
  }

  #recording(): RecordingState {
    const usedBytes = this.#packets.reduce((sum, { row }) => sum + row.length + HEAD_BYTES, 0)
    const recorded = this.#nextNo - 1
    return { mode: this.#mode, ringBytes: this.#ringBytes, usedBytes, recorded, dropped: 0, skipped: 0 }
  }

  readPage(filter: string, from: number | null, limit: number): PacketPage {
    this.#check()
    const read = readFakeFilter(filter)
    const recording = this.#recording()
    if ('error' in read) return { error: read.error, firstIndex: 0, endIndex: 0, from: 0, rows: [], recording }
    const rows = this.#packets.flatMap(({ row }) => (read.passes(row) ? [row] : []))
    const start = Math.min(rows.length, from ?? Math.max(0, rows.length - limit))
    const page = rows.slice(start, start + limit)
    return { error: null, firstIndex: 0, endIndex: rows.length, from: start, rows: page, recording }
  }

  findPacket(filter: string, no: number): { readonly index: number | null } {
    this.#check()
    const read = readFakeFilter(filter)
    if ('error' in read) return { index: null }
    const index = this.#packets.filter(({ row }) => read.passes(row)).findIndex(({ row }) => row.no === no)
    return { index: index < 0 ? null : index }
  }

  readPacket(no: number): PacketView {
    this.#check()
    const packet = this.#packets.find(({ row }) => row.no === no)
    if (!packet) throw new LabError('PACKET_GONE', { no })
    return drawFrame(packet)
  }

  followStream(connection: number): FollowedStream {
    this.#check()
    const own = this.#packets.filter(({ row, payload }) => row.connection === connection && payload !== '')
    const client = own[0]?.row.source.port
    const chunks = own.map(({ row, payload }): StreamPiece => ({
      from: row.source.port === client ? 'client' : 'server',
      no: row.no,
      timeNs: row.timeNs,
      text: payload,
      length: payload.length,
      missing: 0,
    }))
    const sum = (side: StreamPiece['from']): number =>
      chunks.filter(({ from }) => from === side).reduce((total, { length }) => total + length, 0)
    return { chunks, bytes: { client: sum('client'), server: sum('server') }, truncated: false }
  }

  clear(): void {
    this.#check()
    this.#packets = []
    this.#lab.emit({ type: 'packetsCleared' })
    this.sample()
  }

  setRecording(mode: RecordingMode, ringBytes: number): RecordingState {
    this.#check()
    if (ringBytes !== this.#ringBytes) this.#packets = []
    this.#mode = mode
    this.#ringBytes = ringBytes
    this.sample()
    return this.#recording()
  }

  exportCapture(): { readonly path: string; readonly bytes: number; readonly packets: number } {
    this.#check()
    const path = `${this.#lab.state.workspace ?? ''}/captures/capture-1.pcapng`
    return { path, bytes: this.#recording().usedBytes, packets: this.#packets.length }
  }

  #check(): void {
    const { state } = this.#lab.state.network
    if (state !== 'ready') throw new LabError('NETWORK_OFF', { state })
  }

  /** A whole request: name, balancer (where there is one), web server, application, database, and back. */
  request(turn: number, status = 200): void {
    const { services } = this.#lab.state
    const trace = this.#nextTrace++
    const dns = this.#party(services.find(({ role }) => role === 'dns'))
    const you: Party = { id: 'client', address: '127.10.0.2', port: 40_000 + (turn % 20_000) }
    if (dns !== null) this.#lookUp(you, dns)
    const webs = services.filter(({ role }) => role === 'web-server')
    const web = webs[turn % Math.max(1, webs.length)]
    const app = services.find(({ role, host }) => role === 'app-server' && host === web?.host)
    const way = [services.find(({ role }) => role === 'load-balancer'), web, status === 502 ? undefined : app]
      .concat(status === 502 ? [] : [services.find(({ role }) => role === 'database')])
      .flatMap((service) => this.#party(service) ?? [])
    this.#hop(you, way, trace, status, turn)
  }

  #party(service: ServiceState | undefined): Party | null {
    return service === undefined ? null : { id: service.id, address: service.address, port: service.port }
  }

  #lookUp(client: Party, server: Party): void {
    const connection = this.#nextConnection++
    const send = this.#sender(client, server, connection, null)
    send(true, 'datagram', 'DNS', '\u0012\u0034\u0001\u0000www.foobar.com', 'A www.foobar.com')
    send(false, 'datagram', 'DNS', '\u0012\u0034\u0085\u0080www.foobar.com', 'A www.foobar.com: NOERROR 127.10.0.10')
  }

  #hop(client: Party, [server, ...further]: readonly Party[], trace: number, status: number, turn: number): void {
    if (server === undefined) return
    const send = this.#sender(client, server, this.#nextConnection++, trace)
    send(true, 'handshake', 'TCP', '', `connection to ${server.id} stands`)
    const isDatabase = server.id.startsWith('db')
    const target = isDatabase ? '/v3/pipeline' : turn % 3 === 0 ? '/guestbook' : '/'
    const protocol = isDatabase ? 'Hrana' : 'HTTP'
    const method = isDatabase ? 'POST' : 'GET'
    send(true, 'segment', protocol, isDatabase ? SQL_REQUEST : requestText(target, trace), `${method} ${target}`)
    this.#hop({ ...server, port: 50_000 + (turn % 10_000) }, further, trace, status, turn)
    const body = isDatabase ? SQL_ANSWER : pageText(server.id)
    const reason = status === 200 ? 'OK' : 'Bad Gateway'
    send(false, 'segment', protocol, answerText(status, reason, body, isDatabase), `${status} ${reason}`)
    send(true, 'close', 'TCP', '', `${client.id} sends no more`)
    send(false, 'close', 'TCP', '', `${server.id} sends no more`)
  }

  #sender(client: Party, server: Party, connection: number, trace: number | null) {
    const link = this.#lab.state.links.find(({ from, to }) => from === client.id && to === server.id)?.id ?? null
    const host = this.#lab.state.services.find(({ id }) => id === server.id)?.host ?? server.id
    return (forward: boolean, kind: PacketKind, protocol: PacketProtocol, payload: string, info: string): void => {
      if (this.#mode === 'off') return
      this.#timeNs += 80_000 + ((this.#nextNo * 37) % 100) * 9_000
      const [from, to] = forward ? [client, server] : [server, client]
      const end = ({ address, port }: Party): Endpoint => ({ address, port })
      const length = payload.length
      const own = { no: this.#nextNo++, timeNs: this.#timeNs, host, link, from: from.id, to: to.id }
      const ends = { source: end(from), destination: end(to), connection }
      this.#packets.push({ row: { ...own, ...ends, protocol, kind, length, info, trace }, payload })
      if (link === null) return
      const { packets, bytes } = this.#perLink.get(link) ?? { packets: 0, bytes: 0 }
      this.#perLink.set(link, { packets: packets + 1, bytes: bytes + length })
    }
  }
}

const SQL_REQUEST =
  'POST /v3/pipeline HTTP/1.1\r\nhost: db-1:8090\r\ncontent-type: application/json\r\n\r\n' +
  '{"baton":null,"requests":[{"type":"execute","stmt":{"sql":"SELECT name, text FROM entries ORDER BY id DESC LIMIT 20"}}]}'
const SQL_ANSWER = '{"baton":null,"results":[{"type":"ok","response":{"type":"execute","result":{"rows":[]}}}]}'

function requestText(target: string, trace: number): string {
  const id = trace.toString(16).padStart(32, '0')
  return (
    `GET ${target} HTTP/1.1\r\nhost: www.foobar.com:8080\r\nuser-agent: Hoplab\r\naccept: text/html\r\n` +
    `traceparent: 00-${id}-${id.slice(16)}-01\r\n\r\n`
  )
}

function answerText(status: number, reason: string, body: string, json: boolean): string {
  const type = json ? 'application/json' : 'text/html; charset=utf-8'
  return `HTTP/1.1 ${status} ${reason}\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

function pageText(server: string): string {
  return `<!doctype html>\n<title>www.foobar.com</title>\n<h1>Guestbook</h1>\n<p>This page came through ${server}.</p>\n`
}
