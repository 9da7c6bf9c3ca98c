import { createBalancer, eligible, type Balancer } from '../../protocols/balancing/balancing.ts'
import { ChoiceLog, type LoggedChoice } from '../../protocols/balancing/choice-log.ts'
import type { Backend as BackendConfig, RetryReason } from '../../protocols/haproxy-cfg/model.ts'
import { BackendServer } from './backend-server.ts'
import { Counters } from './counters.ts'
import type { Deadlines, Expiring } from './deadlines.ts'

/** A request that waits until a server has room. */
interface Waiting extends Expiring {
  /** Only this one will do (`balance source`); null: any. */
  readonly server: BackendServer | null
  readonly take: (server: BackendServer | null) => void
}

export type Choice =
  | { readonly kind: 'server'; readonly server: BackendServer }
  /** Every server that would do has `maxconn` requests; `take` is called later. */
  | { readonly kind: 'queued'; readonly cancel: () => void }
  | { readonly kind: 'none' }

/** Choices that are kept to be looked at. */
const KEPT_CHOICES = 1000

const NONE: Choice = { kind: 'none' }

/** The servers of one backend, and who of them gets the next request. */
export class Backend {
  config: BackendConfig
  readonly id: number
  servers: readonly BackendServer[]
  readonly counters = new Counters()
  retryOn: ReadonlySet<RetryReason>
  /** The header lines of `http-response add-header`, each with CRLF. */
  addedLines: string
  /** The last choices, with their reasons. */
  readonly choices = new ChoiceLog(KEPT_CHOICES)
  private why: Pick<LoggedChoice, 'candidates' | 'reason' | 'detail'> | null = null
  private balancer: Balancer<BackendServer>
  private readonly deadlines: Deadlines
  private hasLimits: boolean
  private queue: Waiting[] = []
  /** Worked out when a server changes, not with every request. */
  private candidates: readonly BackendServer[] = []
  changedAt: number
  timesDown = 0

  constructor(config: BackendConfig, id: number, deadlines: Deadlines) {
    this.config = config
    this.id = id
    this.deadlines = deadlines
    this.retryOn = new Set(config.retryOn)
    this.addedLines = linesOf(config)
    this.balancer = createBalancer(config.balance)
    this.servers = config.servers.map((server, index) => this.makeServer(server, index + 1))
    this.hasLimits = hasLimits(config)
    this.changedAt = deadlines.now
    this.candidates = this.findCandidates()
  }

  private makeServer(server: BackendConfig['servers'][number], id: number): BackendServer {
    const { connect, server: serverMs } = this.config.timeouts
    const made = new BackendServer(server, id, { connectMs: connect, serverMs }, this.deadlines)
    made.onChange = () => this.refresh()
    return made
  }

  /**
   * The settings of a file that was read anew. Servers of the same name go on with what is known of them; who waits in
   * the queue stays there.
   */
  adopt(config: BackendConfig): {
    readonly added: readonly BackendServer[]
    readonly removed: readonly BackendServer[]
  } {
    if (config.balance !== this.config.balance) this.balancer = createBalancer(config.balance)
    this.config = config
    this.retryOn = new Set(config.retryOn)
    this.addedLines = linesOf(config)
    this.hasLimits = hasLimits(config)
    const before = this.servers
    let lastId = Math.max(0, ...before.map(({ id }) => id))
    const added: BackendServer[] = []
    this.servers = config.servers.map((server) => {
      const known = this.find(server.name)
      if (known !== undefined) return known
      const made = this.makeServer(server, (lastId += 1))
      added.push(made)
      return made
    })
    const removed = before.filter((server) => !this.servers.includes(server))
    for (const server of removed) server.retire()
    for (const server of config.servers) before.find(({ name }) => name === server.name)?.adopt(server)
    this.refresh()
    return { added, removed }
  }

  get up(): boolean {
    return this.candidates.length > 0
  }

  /** The servers that share the requests now. */
  get sharing(): readonly BackendServer[] {
    return this.candidates
  }

  find(name: string): BackendServer | undefined {
    return this.servers.find((server) => server.name === name)
  }

  private findCandidates(): readonly BackendServer[] {
    return eligible(this.servers.filter((server) => server.usable))
  }

  private refresh(): void {
    const wasUp = this.up
    this.candidates = this.findCandidates()
    if (wasUp !== this.up) this.changedAt = this.deadlines.now
    if (wasUp && !this.up) this.timesDown += 1
    this.serveQueue()
  }

  /**
   * Chooses a server for a request of this client, another one than `avoid` where there is one. The caller counts the
   * session (`openSession`), or waits when all are full.
   */
  choose(client: string, avoid: BackendServer | null, take: (server: BackendServer | null) => void): Choice {
    let among = this.candidates
    if (avoid !== null && among.length > 1) among = among.filter((server) => server !== avoid)
    if (among.length === 0) return NONE
    if (!this.hasLimits) return { kind: 'server', server: this.pick(among, client) }
    const free = this.config.balance === 'source' ? among : among.filter((server) => !server.full)
    if (free.length === 0) return this.enqueue(null, take)
    const server = this.pick(free, client)
    return server.full ? this.enqueue(server, take) : { kind: 'server', server }
  }

  /** Chooses, and keeps in mind why. */
  private pick(among: readonly BackendServer[], client: string): BackendServer {
    const { reason, values, detail } = this.balancer.weigh(among, client)
    const candidates = among.map(({ name, weight }, at) => ({ server: name, weight, value: values[at] ?? 0 }))
    const server = this.balancer.choose(among, client)
    const told = this.balancer.detail ?? detail
    this.why = { candidates, reason: among.length === 1 ? 'only' : reason, detail: told }
    return server
  }

  /** Writes down the choice that was made last: for this request it fell on `server`. */
  noteChoice(server: BackendServer, client: string, request: string, retry: boolean): void {
    if (this.why === null) return
    const chosen = { atMs: Date.now(), client, request, server: server.name, algorithm: this.config.balance, retry }
    this.choices.add({ ...chosen, ...this.why })
  }

  private enqueue(server: BackendServer | null, take: Waiting['take']): Choice {
    const waiting: Waiting = {
      server,
      take,
      deadlineAt: this.deadlines.after(this.config.timeouts.queue ?? this.config.timeouts.connect),
      expire: () => {
        cancel()
        take(null)
      },
    }
    const cancel = (): void => {
      const index = this.queue.indexOf(waiting)
      if (index === -1) return
      this.queue.splice(index, 1)
      this.leaveQueue(waiting)
    }
    this.queue.push(waiting)
    this.deadlines.add(waiting)
    this.counters.enqueue()
    server?.counters.enqueue()
    return { kind: 'queued', cancel }
  }

  private leaveQueue(waiting: Waiting): void {
    this.deadlines.remove(waiting)
    this.counters.queued -= 1
    if (waiting.server !== null) waiting.server.counters.queued -= 1
  }

  openSession(server: BackendServer): void {
    const now = this.deadlines.now
    server.counters.openSession(now)
    this.counters.openSession(now)
  }

  closeSession(server: BackendServer): void {
    server.counters.closeSession()
    this.counters.closeSession()
    if (this.queue.length > 0) this.serveQueue()
  }

  /** Gives room that came free to those who wait for it, in their order. */
  private serveQueue(): void {
    for (const waiting of [...this.queue]) {
      const server = this.roomFor(waiting)
      if (server === null) continue
      this.queue.splice(this.queue.indexOf(waiting), 1)
      this.leaveQueue(waiting)
      waiting.take(server)
    }
  }

  private roomFor(waiting: Waiting): BackendServer | null {
    const pinned = waiting.server !== null && waiting.server.usable
    const free = this.candidates.filter((server) => !server.full && (!pinned || server === waiting.server))
    return free.length === 0 ? null : this.pick(free, '')
  }
}

function linesOf(config: BackendConfig): string {
  return config.responseHeaders.map(({ name, value }) => `${name}: ${value}\r\n`).join('')
}

function hasLimits(config: BackendConfig): boolean {
  return config.servers.some(({ maxconn }) => maxconn !== null)
}
