import { LabError, type CanaryRule, type Strategy } from '../../contract/index.ts'
import type { Service, ServiceDriver } from '../supervisor/service.ts'
import type { Codebase } from '../workspace/codebase.ts'
import type { BalancerControl } from './balancer-control.ts'
import { passHealthGate } from './health-gate.ts'
import type { Halt } from './until.ts'

/** One service of a server that runs the release. */
export interface CodeService {
  readonly service: Service
  readonly role: 'web-server' | 'app-server'
}

export interface Place {
  readonly address: string
  readonly port: number
}

/** What the lab can do for one server. */
export interface ServerTools {
  readonly host: string
  readonly codebase: Codebase
  /** In the order in which they start; they stop in the reverse order. */
  readonly services: readonly CodeService[]
  readonly balancers: BalancerControl
  readonly healthPath: string
  /** Null when the release loads, or the sentence why not. */
  findFault(release: string): Promise<string | null>
  /** Drivers for a second set of processes: on ports of their own, or on those of the first set. */
  besideDrivers(release: string, ports: 'same' | 'spare'): Promise<readonly ServiceDriver[]>
  /** The ports of the second set are the services' own from now on, and the other way round. */
  swapPorts(): Promise<void>
  /** Where the host's web server listens, of the first or of the second set; null without one. */
  webAt(set: 'own' | 'beside'): Place | null
  /** Where the host's application server listens; null without one. */
  appAt(): Place | null
  switched(from: string | null, to: string): void
}

/** What has been done to a server, so that it can be taken back. */
interface Changes {
  drained: boolean
  stopped: boolean
  switched: boolean
  beside: boolean
  handedOver: boolean
  shifted: boolean
  weighted: boolean
}

/** A server during one deployment: the steps that can be done to it, and the way back from whatever was done. */
export class DeployServer {
  readonly host: string
  readonly from: string | null
  outageMs = 0
  private readonly tools: ServerTools
  private readonly release: string
  private readonly strategy: Strategy
  /** What ran when the deployment began; what did not run stays as it is. */
  private readonly running: readonly CodeService[]
  private readonly done: Changes = {
    drained: false,
    stopped: false,
    switched: false,
    beside: false,
    handedOver: false,
    shifted: false,
    weighted: false,
  }
  private stoppedAt: number | null = null

  constructor(tools: ServerTools, release: string, strategy: Strategy, from: string | null) {
    this.tools = tools
    this.host = tools.host
    this.from = from
    this.release = release
    this.strategy = strategy
    this.running = tools.services.filter(({ service }) => isUp(service))
  }

  get changed(): boolean {
    return Object.values(this.done).some((value) => value)
  }

  /** Where the new release answers, of this host. */
  get web(): ReturnType<ServerTools['webAt']> {
    return this.tools.webAt('own')
  }

  get balancers(): BalancerControl {
    return this.tools.balancers
  }

  async check(): Promise<void> {
    const detail = await this.tools.findFault(this.release)
    if (detail !== null) throw new LabError('RELEASE_BROKEN', { release: this.release, host: this.host, detail })
  }

  async endKept(): Promise<void> {
    await Promise.all(this.tools.services.map(({ service }) => service.beside.end('stop')))
  }

  async drain(): Promise<void> {
    this.done.drained = true
    await this.tools.balancers.setState('drain')
  }

  /** After its last session it is in maintenance: nobody checks a server that is about to be stopped. */
  async waitForSessions(halt: Halt, onProgress: (done: number, of: number) => void): Promise<void> {
    await this.tools.balancers.waitForSessions(this.host, halt, onProgress)
    await this.tools.balancers.setState('maint')
  }

  async stop(): Promise<void> {
    this.done.stopped = true
    if (this.running.length > 0) this.stoppedAt ??= performance.now()
    for (const { service } of [...this.running].reverse()) await service.stop()
  }

  async switchTo(release = this.release): Promise<void> {
    const before = await this.tools.codebase.current()
    this.done.switched = true
    await this.tools.codebase.switchTo(release)
    this.tools.switched(before, release)
  }

  /** At the same time: a web server does not need its application server to start. */
  async start(): Promise<void> {
    await inParallel(this.running, ({ service }) => service.act('start'))
    if (this.stoppedAt !== null) this.outageMs += Math.round(performance.now() - this.stoppedAt)
    this.stoppedAt = null
  }

  async startBeside(release = this.release): Promise<void> {
    this.done.beside = true
    const drivers = await this.tools.besideDrivers(release, this.strategy === 'reload' ? 'same' : 'spare')
    await inParallel(this.tools.services, async ({ service }, index) => {
      const driver = drivers[index]
      if (driver !== undefined && this.runs(service)) await service.beside.start(driver)
    })
  }

  async passHealth(halt: Halt, onProgress: (done: number, of: number) => void): Promise<void> {
    const reload = this.strategy === 'reload'
    const target = { host: this.host, release: this.release, path: this.tools.healthPath }
    // A web server keeps its connections to the application server that it found, which may be the old one: while the
    // two share an address, the new one is asked directly.
    const app = this.tools.appAt()
    if (reload && app !== null && this.hasRole('app-server'))
      await passHealthGate({ ...target, ...app }, halt, onProgress)
    const web = this.tools.webAt(this.done.beside && !reload ? 'beside' : 'own')
    // Without a web server nobody can ask; whoever stopped it knows.
    if (web === null || !this.hasRole('web-server')) return
    await passHealthGate({ ...target, ...web, anyRelease: reload }, halt, onProgress)
  }

  async handOver(onProgress: (done: number, of: number) => void): Promise<void> {
    this.done.handedOver = true
    for (const { service } of this.running) service.exchange('finishing')
    let ended = 0
    onProgress(0, this.running.length)
    await inParallel(this.running, async ({ service }) => {
      await service.beside.end('finish')
      ended += 1
      onProgress(ended, this.running.length)
    })
  }

  /** The balancer's requests go to the second set, which is the services' own from now on. */
  async shift(): Promise<void> {
    const beside = this.tools.webAt('beside')
    this.done.shifted = true
    for (const { service } of this.running) service.exchange('ready')
    await this.tools.swapPorts()
    if (beside !== null) await this.tools.balancers.moveTo(beside.address, beside.port)
  }

  async keep(): Promise<void> {
    for (const { service } of this.running) service.beside.become('kept')
  }

  async ready(halt: Halt): Promise<void> {
    if (this.done.weighted) await this.tools.balancers.resetShares()
    this.done.weighted = false
    await this.tools.balancers.setState('ready')
    this.done.drained = false
    // A web server that did not run before comes up for nobody.
    if (this.hasRole('web-server')) await this.tools.balancers.waitUntilUp(halt)
  }

  async weigh(rule: CanaryRule, halt: Halt): Promise<void> {
    this.done.weighted = true
    await this.tools.balancers.setShare(rule.weightPercent)
    await this.tools.balancers.setState('ready')
    this.done.drained = false
    await this.tools.balancers.waitUntilUp(halt)
  }

  /** Brings the old release back, whatever was done. Rejects when that does not work. */
  async goBack(): Promise<void> {
    const { done } = this
    if (done.shifted) await this.shiftBack()
    else if (done.handedOver) await this.reloadBack()
    else if (done.beside) await inParallel(this.tools.services, ({ service }) => service.beside.end('kill'))
    else if (done.stopped || done.switched) return this.restartBack()
    if (done.switched && this.from !== null) await this.switchTo(this.from)
    if (done.drained || done.weighted) await this.ready(noHalt)
  }

  private async shiftBack(): Promise<void> {
    await this.shift()
    await inParallel(this.running, ({ service }) => service.beside.end('finish'))
  }

  private async reloadBack(): Promise<void> {
    if (this.from === null) return
    await inParallel(this.running, ({ service }) => service.beside.end('kill'))
    await this.startBeside(this.from)
    await this.handOver(() => undefined)
  }

  private async restartBack(): Promise<void> {
    const { balancers } = this.tools
    const gently = this.strategy === 'rolling' || this.strategy === 'canary'
    if (gently && !this.done.drained) {
      await this.drain()
      await this.waitForSessions(noHalt, () => undefined)
    }
    await this.stop()
    if (this.from !== null) await this.switchTo(this.from)
    await this.start()
    if (balancers.present) await this.ready(noHalt)
  }

  private hasRole(role: CodeService['role']): boolean {
    return this.running.some((entry) => entry.role === role)
  }

  private runs(service: Service): boolean {
    return this.running.some((candidate) => candidate.service === service)
  }
}

const noHalt: Halt = () => undefined

function isUp(service: Service): boolean {
  const { state } = service.state
  return state !== 'stopped' && state !== 'failed'
}

/** All of them to their end, then the first failure. */
async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(items.map((item, index) => work(item, index)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
