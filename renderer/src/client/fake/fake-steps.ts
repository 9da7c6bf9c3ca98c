import { LabError } from '../../../../services/contract/errors.ts'
import type {
  PacketField,
  PacketView,
  RequestResult,
  StepState,
  StepStop,
} from '../../../../services/contract/index.ts'
import type { FakeLab } from './fake-lab.ts'

/** Numbers of packets that only stepping knows, far above those of a list. */
const FIRST_PACKET = 1_000_000

type PlannedStop = Omit<StepStop, 'no' | 'sinceMs' | 'ended' | 'packet'>

/** Plays a stepped request: it is "held" at each stop of its way until it is told to go on. */
export class FakeSteps {
  readonly #lab: FakeLab
  /** Sends the request whose way the stops follow; it is noted as stepped when it ends. */
  readonly #send: (url: string | undefined) => Promise<RequestResult>
  readonly #packets = new Map<number, PacketView>()
  #plan: readonly PlannedStop[] = []
  #result: RequestResult | null = null
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(lab: FakeLab, send: (url: string | undefined) => Promise<RequestResult>) {
    this.#lab = lab
    this.#send = send
  }

  packet(no: number): PacketView | null {
    return this.#packets.get(no) ?? null
  }

  async start(url: string | undefined): Promise<StepState> {
    if (this.#isActive) throw new LabError('STEP_BUSY')
    const result = await this.#send(url)
    this.#result = result
    this.#plan = planStops(this.#lab, result)
    this.#packets.clear()
    this.#change({
      traceId: result.traceparent.split('-')[1] ?? '',
      trace: null,
      url: result.url,
      phase: 'moving',
      startedAtMs: Date.now(),
      stops: [],
      paceMs: null,
      status: null,
      failure: null,
    })
    this.#arrive()
    return this.#state
  }

  async next(): Promise<StepState> {
    this.#goOn()
    return this.#state
  }

  async pace(paceMs: number | null): Promise<StepState> {
    this.#change({ ...this.#active, paceMs })
    this.#schedule()
    return this.#state
  }

  async toEnd(): Promise<StepState> {
    while (this.#active.stops.length < this.#plan.length) this.#goOn()
    this.#goOn()
    return this.#state
  }

  async cancel(): Promise<StepState> {
    this.#change({ ...this.#active, phase: 'cancelled', paceMs: null, stops: ended(this.#state.stops) })
    return this.#state
  }

  get #state(): StepState {
    const { step } = this.#lab.state
    if (!step) throw new LabError('STEP_NONE')
    return step
  }

  get #isActive(): boolean {
    const phase = this.#lab.state.step?.phase
    return phase === 'moving' || phase === 'waiting'
  }

  get #active(): StepState {
    if (!this.#isActive) throw new LabError('STEP_NONE')
    return this.#state
  }

  #change(step: StepState): void {
    this.#lab.emit({ type: 'stepChanged', step })
  }

  #goOn(): void {
    const step = this.#active
    this.#change({ ...step, phase: 'moving', stops: ended(step.stops) })
    if (step.stops.length < this.#plan.length) this.#arrive()
    else this.#change({ ...this.#state, phase: 'done', paceMs: null, status: this.#result?.status ?? null })
  }

  #arrive(): void {
    const step = this.#state
    const planned = this.#plan[step.stops.length]
    if (!planned) return
    const no = step.stops.length + 1
    const packet = FIRST_PACKET + no
    const stop: StepStop = { ...planned, no, packet, sinceMs: Date.now(), ended: null }
    this.#packets.set(packet, drawPacket(stop))
    const trace = this.#lab.state.traces.find(({ traceId }) => traceId === step.traceId)?.id ?? null
    this.#change({ ...step, phase: 'waiting', trace, stops: [...step.stops, stop] })
    this.#schedule()
  }

  #schedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const { paceMs, phase } = this.#state
    if (paceMs !== null && phase === 'waiting') this.#timer = setTimeout(() => this.#goOn(), paceMs)
  }
}

function ended(stops: readonly StepStop[]): readonly StepStop[] {
  return stops.map((stop) =>
    stop.ended === null ? { ...stop, ended: { atMs: Date.now(), how: 'released', reason: null } } : stop,
  )
}

/** In to every service, then out of each again. */
function planStops(lab: FakeLab, result: RequestResult): PlannedStop[] {
  const target = URL.parse(result.url)?.pathname ?? '/'
  const path = ['client', ...result.via]
  const pairs = path.slice(1).map((to, index) => ({ from: path[index] ?? '', to, after: path[index + 2] ?? null }))
  const name = 'www.foobar.com'
  const dns = { from: 'client', to: 'dns-1' }
  const status = `${result.status} ${result.statusText}`
  const stop = (
    pair: { readonly from: string; readonly to: string },
    part: Pick<PlannedStop, 'message' | 'title' | 'why' | 'next' | 'choices' | 'answers'>,
  ): PlannedStop => {
    const inwards = part.message === 'query' || part.message === 'request'
    return {
      ...part,
      host: lab.service(pair.to).host,
      service: pair.to,
      link: lab.state.links.find(({ from, to }) => from === pair.from && to === pair.to)?.id ?? null,
      direction: inwards ? 'in' : 'out',
      from: inwards ? pair.from : pair.to,
      to: inwards ? pair.to : pair.from,
    }
  }
  return [
    stop(dns, {
      message: 'query',
      title: name,
      why: { key: 'dnsQuery', params: { from: 'client', name, server: 'dns-1' } },
      next: { key: 'dnsWillAnswer', params: { server: 'dns-1', name } },
      choices: ['client', 'lb-1'],
      answers: ['client'],
    }),
    stop(dns, {
      message: 'answer',
      title: name,
      why: { key: 'dnsAnswer', params: { server: 'dns-1', name, address: '127.10.0.10', ttl: 60 } },
      next: { key: 'connectTo', params: { address: '127.10.0.10', port: 8080, service: result.via[0] ?? '' } },
      choices: ['client', 'lb-1', 'web-1'],
      answers: ['lb-1'],
    }),
    ...pairs.map((pair) =>
      stop(pair, {
        message: 'request',
        title: `GET ${target} HTTP/1.1`,
        why: { key: 'request', params: { ...pair, after: '', target, address: '127.10.0.10', port: 8080 } },
        next: pair.after
          ? { key: 'webWillPass', params: { web: pair.to, app: pair.after, target } }
          : { key: 'backTo', params: { to: pair.from, from: pair.to } },
        choices: [pair.from, ...(pair.after ? [pair.after] : [])],
        answers: [pair.after ?? pair.from],
      }),
    ),
    ...pairs.toReversed().map((pair) =>
      stop(pair, {
        message: 'response',
        title: `HTTP/1.1 ${status}`,
        why: { key: 'response', params: { from: pair.to, to: pair.from, status } },
        next:
          pair.from === 'client'
            ? { key: 'shown', params: {} }
            : { key: 'backTo', params: { to: pair.from, from: '' } },
        choices: [],
        answers: [],
      }),
    ),
  ]
}

function line(name: string, value: string, key: string | null = null): PacketField {
  return { name, key, value, offset: null, length: null, modelled: false, fields: [] }
}

/** A packet with the lines that a load balancer and a web server add on the way. */
function drawPacket(stop: StepStop): PacketView {
  const client = stop.from === 'client' ? '127.10.0.2' : '127.10.0.10'
  const forwarded = stop.from === 'client' ? [] : [line('X-Forwarded-For', '127.10.0.2'), line('Via', '1.1 lb-1')]
  const isDns = stop.message === 'query' || stop.message === 'answer'
  const fields = isDns
    ? [line('Question', `A ${stop.title}`, 'dns-question')]
    : [line('Start line', stop.title, 'http-request-line'), line('Host', 'www.foobar.com:8080'), ...forwarded]
  const layer = (name: PacketView['layers'][number]['layer'], protocol: string, lines: readonly PacketField[]) => ({
    layer: name,
    protocol,
    offset: 0,
    length: 0,
    fields: lines,
  })
  return {
    row: {
      no: stop.packet,
      timeNs: stop.no * 1e6,
      host: stop.host,
      link: stop.link,
      from: stop.from,
      to: stop.to,
      source: { address: client, port: 40_000 + stop.no },
      destination: { address: '127.10.0.10', port: 8080 },
      connection: stop.no,
      protocol: isDns ? 'DNS' : 'HTTP',
      kind: isDns ? 'datagram' : 'segment',
      length: 120,
      info: stop.title,
      trace: null,
    },
    layers: [
      layer('application', isDns ? 'DNS' : 'HTTP', fields),
      layer('transport', isDns ? 'UDP' : 'TCP', [line('Source port', `${40_000 + stop.no}`, 'tcp-source-port')]),
      layer('internet', 'IPv4', [line('Source address', client, 'ip-source')]),
      layer('link', 'Ethernet', [line('Type', 'IPv4', 'ethernet-type')]),
    ],
    bytes: '',
    payloadOffset: 0,
  }
}
