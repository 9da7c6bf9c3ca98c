import { LabError } from '../../../../services/contract/errors.ts'
import { foldEvent } from '../../../../services/contract/fold.ts'
import type {
  BackendState,
  LabEvent,
  LabState,
  NewLabEvent,
  ReleaseInfo,
  ServiceState,
} from '../../../../services/contract/index.ts'
import { EMPTY_LAB } from '../../../../services/contract/state.ts'
import { FAKE_PLANS, toHosts, toServices, type FakePlan } from './plans.ts'
import { FakeTerminals } from './terminals.ts'

const WORKSPACE = '/home/student/hoplab'

/** `broken` fails on purpose, so that the failed deployment can be looked at. */
const RELEASES: readonly ReleaseInfo[] = [
  {
    id: 'v1',
    hosts: ['server-1', 'server-2'],
    summary: { en: 'The first version: a blue page with a guestbook.', fr: 'La première : page bleue, livre d’or.' },
  },
  {
    id: 'v2',
    hosts: [],
    summary: { en: 'Green, with the new page /about.', fr: 'Verte, avec la nouvelle page /about.' },
  },
  { id: 'broken', hosts: [], summary: { en: 'Does not load, on purpose.', fr: 'Ne se charge pas, exprès.' } },
]

/** The state of the fake lab and the events that change it, folded as the real engine does. */
export class FakeLab {
  state: LabState = EMPTY_LAB
  plan: FakePlan | null = null
  /** A person asked the played deployment to stop. */
  stopAsked = false
  readonly recent: LabEvent[] = []
  readonly terminals = new FakeTerminals()
  readonly #pace: number
  #listener: (events: readonly LabEvent[]) => void = () => undefined
  #nextPid = 4120

  /** `pace`: 1 plays at a natural speed, 0 without waiting. */
  constructor(pace: number) {
    this.#pace = pace
  }

  follow(listener: (events: readonly LabEvent[]) => void): void {
    this.#listener = listener
  }

  emit(event: NewLabEvent): void {
    const numbered = { ...event, seq: this.state.seq + 1, atMs: Date.now() } as LabEvent
    this.state = foldEvent(this.state, numbered)
    this.recent.push(numbered)
    if (this.recent.length > 500) this.recent.shift()
    this.#listener([numbered])
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms * this.#pace))
  }

  service(id: string): ServiceState {
    const found = this.state.services.find((service) => service.id === id)
    if (found) return found
    const known = this.state.services.map((service) => service.id).join(', ')
    throw new LabError('SERVICE_UNKNOWN', { service: id, known })
  }

  patch(service: string, patch: Partial<ServiceState>): void {
    this.emit({ type: 'serviceChanged', service, patch })
  }

  async start(topology: string): Promise<void> {
    const plan = FAKE_PLANS.find((candidate) => candidate.id === topology)
    const known = FAKE_PLANS.map((candidate) => candidate.id).join(', ')
    if (!plan) throw new LabError('TOPOLOGY_NOT_FOUND', { topology, known })
    if (this.state.phase !== 'idle') throw new LabError('LAB_ALREADY_RUNNING', { topology: this.state.topology ?? '' })
    this.plan = plan
    this.#prepare(plan)
    for (const wave of plan.waves) await Promise.all(wave.map((id) => this.startService(id)))
    this.emit({ type: 'labPhaseChanged', phase: 'running' })
  }

  #prepare(plan: FakePlan): void {
    this.emit({ type: 'labPhaseChanged', phase: 'starting' })
    const workspace = `${WORKSPACE}/${plan.id}`
    this.emit({
      type: 'labPrepared',
      topology: plan.id,
      workspace,
      entryUrl: 'http://www.foobar.com:8080/',
      dns: { address: '127.10.0.53', port: 8053 },
      hosts: toHosts(plan),
      services: toServices(plan, workspace),
      links: plan.links,
      releases: RELEASES,
    })
  }

  async stop(): Promise<void> {
    if (this.state.phase === 'idle') throw new LabError('LAB_NOT_RUNNING')
    this.emit({ type: 'labPhaseChanged', phase: 'stopping' })
    for (const wave of [...(this.plan?.waves ?? [])].reverse()) {
      await Promise.all(wave.map((id) => this.stopService(id)))
    }
    this.terminals.clear()
    this.emit({ type: 'labDisposed' })
  }

  async startService(id: string): Promise<void> {
    const { role, host, address, port } = this.service(id)
    const release = this.state.hosts.find((candidate) => candidate.id === host)?.release ?? null
    const pid = this.#nextPid++
    const cleared = { exit: null, failure: null, startedAtMs: Date.now() }
    this.patch(id, { state: 'starting', pid, ...cleared })
    this.terminals.line(id, `start  ${id} as process ${pid}`)
    await this.wait(180 + 240 * Math.random())
    this.patch(id, { state: 'running' })
    this.terminals.line(id, `listen \u001b[36m${address}:${port}\u001b[39m`)
    await this.wait(160 + 200 * Math.random())
    const serves = role === 'web-server' || role === 'app-server' ? release : null
    this.patch(id, { state: 'ready', release: serves, memoryBytes: (24 + 12 * Math.random()) * 1024 * 1024 })
    this.terminals.line(id, `\u001b[32mready\u001b[39m  ${serves ? `release ${serves}` : ''}`)
    await this.#checkBackends()
  }

  async stopService(id: string): Promise<void> {
    if (this.service(id).pid === null) return
    this.patch(id, { state: 'stopping' })
    this.terminals.line(id, 'stop   SIGTERM, finishing what is in flight')
    await this.wait(140 + 160 * Math.random())
    this.patch(id, { state: 'stopped', ...gone({ code: 0, signal: null, lastLine: 'stopped' }) })
    await this.#checkBackends()
  }

  async killService(id: string): Promise<void> {
    this.patch(id, { state: 'failed', ...gone({ code: null, signal: 'SIGKILL', lastLine: 'GET / 200 4.1 ms' }) })
    await this.#checkBackends()
  }

  /** The balancer notices some checks later, as a real one does. */
  async #checkBackends(): Promise<void> {
    if (!this.state.services.some((service) => service.role === 'load-balancer')) return
    await this.wait(300)
    const before = new Map(this.state.backends.map((backend) => [backend.server, backend.state]))
    const backends = ['web-1', 'web-2'].map((server) => {
      const pair = [this.service(server), this.service(server.replace('web', 'app'))]
      const state: BackendState = pair.every((service) => service.state === 'ready') ? 'up' : 'down'
      return { balancer: 'lb-1', backend: 'servers', server, service: server, state, weight: 1, sessions: 0 }
    })
    const changed = backends
      .filter((backend) => before.get(backend.server) !== backend.state)
      .map(({ balancer, server, state }) => ({ balancer, server, from: before.get(server) ?? 'unknown', to: state }))
    if (changed.length > 0) this.emit({ type: 'backendsChanged', backends, changed })
  }
}

function gone(exit: NonNullable<ServiceState['exit']>): Partial<ServiceState> {
  return { pid: null, startedAtMs: null, memoryBytes: null, release: null, requestsPerSecond: 0, exit }
}
