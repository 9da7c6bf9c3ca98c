import type { Endpoint, Server } from '../../protocols/haproxy-cfg/model.ts'
import type { CheckStatus } from '../../protocols/haproxy-stats/show-servers-state.ts'
import { Counters } from './counters.ts'
import type { Deadlines } from './deadlines.ts'
import { UpstreamConnection, type UpstreamUser } from './upstream-connection.ts'

export type AdminState = 'ready' | 'drain' | 'maint'

/** What one health check found. */
export interface CheckResult {
  readonly ok: boolean
  readonly status: CheckStatus
  /** The HTTP status, when there was an answer. */
  readonly code: number | null
  readonly durationMs: number
  /** In words: `connection refused`. */
  readonly reason: string
}

export interface ServerTimeouts {
  readonly connectMs: number | null
  readonly serverMs: number | null
}

/**
 * Connections to a server that are open and free. An idle one is closed by us before common servers close it (Node: 5 s),
 * so that a request seldom meets a connection that is about to end.
 */
const IDLE_LIMIT_MS = 4000
const IDLE_LIMIT = 512

/** One server of a backend: its state, its counters, its connections. */
export class BackendServer {
  config: Server
  /** Where it is now: as in the file, until `set server ... addr` says otherwise. */
  endpoint: Endpoint
  readonly id: number
  readonly name: string
  readonly counters = new Counters()
  readonly timeouts: ServerTimeouts
  weight: number
  admin: AdminState
  /** Set by `disabled` in the file; HAProxy remembers that for ever. */
  readonly configuredMaint: boolean
  /** Good checks up to rise + fall - 1; up from `rise` on. A server starts as up, and one bad check takes it down then. */
  health: number
  lastCheck: CheckResult | null = null
  failedChecks = 0
  timesDown = 0
  changedAt: number
  private downMs = 0
  private readonly idle: UpstreamConnection[] = []
  private readonly deadlines: Deadlines
  /** Called when what decides whether it gets requests changed. */
  onChange: () => void = () => undefined

  constructor(config: Server, id: number, timeouts: ServerTimeouts, deadlines: Deadlines) {
    this.config = config
    this.endpoint = { address: config.address, port: config.port }
    this.id = id
    this.name = config.name
    this.timeouts = timeouts
    this.deadlines = deadlines
    this.weight = config.weight
    this.configuredMaint = config.disabled
    this.admin = config.disabled ? 'maint' : 'ready'
    this.health = config.rise
    this.changedAt = deadlines.now
  }

  get backup(): boolean {
    return this.config.backup
  }

  get sessions(): number {
    return this.counters.sessions
  }

  get up(): boolean {
    return this.admin !== 'maint' && (!this.config.check || this.health >= this.config.rise)
  }

  /** Whether new requests may be sent to it. */
  get usable(): boolean {
    return this.up && this.admin === 'ready' && this.weight > 0
  }

  get full(): boolean {
    return this.config.maxconn !== null && this.counters.sessions >= this.config.maxconn
  }

  get idleCount(): number {
    return this.idle.length
  }

  /** Seconds that it was down or in maintenance. */
  get downtimeSeconds(): number {
    return Math.floor((this.downMs + (this.up ? 0 : this.deadlines.now - this.changedAt)) / 1000)
  }

  /** `UP`, `UP 1/2`, `DOWN 1/2`, `DRAIN`, `MAINT`, `no check`: as HAProxy names it. */
  get statusText(): string {
    if (this.admin === 'maint') return 'MAINT'
    const { check, rise, fall } = this.config
    if (!check) return this.admin === 'drain' ? 'DRAIN' : 'no check'
    if (this.health < rise) return this.health === 0 ? 'DOWN' : `DOWN ${this.health}/${rise}`
    const word = this.admin === 'drain' ? 'DRAIN' : 'UP'
    return this.health === rise + fall - 1 ? word : `${word} ${this.health - rise + 1}/${fall}`
  }

  /** Counts a check. Returns true when it brought the server up or took it down. */
  applyCheck(result: CheckResult): boolean {
    const { rise, fall } = this.config
    const wasUp = this.up
    this.lastCheck = result
    if (result.ok) {
      this.health += 1
      if (this.health >= rise) this.health = rise + fall - 1
    } else {
      this.failedChecks += wasUp ? 1 : 0
      this.health = this.health > rise ? this.health - 1 : 0
    }
    if (this.up === wasUp) return false
    this.noteChange(wasUp)
    return true
  }

  setAdmin(admin: AdminState): void {
    if (this.admin === admin) return
    const wasUp = this.up
    // Out of maintenance nobody knows how it is: it may serve, and one bad check takes it down again.
    if (this.admin === 'maint') this.health = this.config.rise
    this.admin = admin
    this.noteChange(wasUp)
  }

  /** The settings of a file that was read anew. What is known of it (health, counters, drain) stays. */
  adopt(config: Server): void {
    const { rise, fall } = config
    const whole = this.health === this.config.rise + this.config.fall - 1
    const up = this.health >= this.config.rise
    this.config = config
    this.health = whole ? rise + fall - 1 : up ? rise : Math.min(this.health, rise - 1)
    this.weight = config.weight
    if (this.endpoint.address !== config.address || this.endpoint.port !== config.port)
      this.moveTo({ address: config.address, port: config.port })
    this.onChange()
  }

  /** It is in the file no more: requests under way end, and there are no others. */
  retire(): void {
    this.onChange = () => undefined
    this.setAdmin('maint')
    this.closeIdle()
  }

  /** Requests that are under way stay where they are; every other one goes to the new place. */
  moveTo(endpoint: Endpoint): void {
    this.endpoint = endpoint
    this.closeIdle()
  }

  setWeight(weight: number): void {
    this.weight = weight
    this.onChange()
  }

  private noteChange(wasUp: boolean): void {
    if (!wasUp) this.downMs += this.deadlines.now - this.changedAt
    if (wasUp && !this.up) this.timesDown += this.admin === 'maint' ? 0 : 1
    this.changedAt = this.deadlines.now
    if (!this.usable) this.closeIdle()
    this.onChange()
  }

  /** A connection for one exchange: an idle one when `reuse` allows it and there is one, else a new one. */
  connect(user: UpstreamUser, reuse: boolean): UpstreamConnection {
    const idle = reuse ? this.idle.pop() : undefined
    if (idle === undefined) {
      this.counters.connects += 1
      return new UpstreamConnection(this, user, this.deadlines)
    }
    this.counters.reuses += 1
    idle.reuse(user)
    return idle
  }

  /** Takes back a connection whose exchange is complete. */
  giveBack(connection: UpstreamConnection): void {
    if (!this.usable || this.idle.length >= IDLE_LIMIT || connection.endpoint !== this.endpoint)
      return connection.destroy()
    connection.rest(this.deadlines.after(IDLE_LIMIT_MS))
    this.idle.push(connection)
  }

  /** An idle connection that ended by itself. */
  forgetIdle(connection: UpstreamConnection): void {
    const index = this.idle.indexOf(connection)
    if (index !== -1) this.idle.splice(index, 1)
  }

  closeIdle(): void {
    for (const connection of this.idle.splice(0)) connection.destroy()
  }
}
