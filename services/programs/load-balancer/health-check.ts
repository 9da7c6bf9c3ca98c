import type { Log } from '../kit/log.ts'
import type { BackendServer, CheckResult } from './backend-server.ts'
import type { Backend } from './backend.ts'
import type { Deadlines } from './deadlines.ts'
import { formatEndpoint } from './frontend.ts'
import { probe } from './health-probe.ts'

/** Checks one server again and again; reports in the log when that changes what it is used for. */
export class HealthCheck {
  private readonly backend: Backend
  private readonly server: BackendServer
  private readonly deadlines: Deadlines
  private readonly log: Log
  private timer: NodeJS.Timeout | undefined
  private cancelProbe: (() => void) | null = null

  constructor(backend: Backend, server: BackendServer, deadlines: Deadlines, log: Log) {
    this.backend = backend
    this.server = server
    this.deadlines = deadlines
    this.log = log
  }

  /** Checks now, and from then on in its rhythm. */
  start(): void {
    this.stop()
    if (this.server.config.check && this.server.admin !== 'maint') this.check()
  }

  stop(): void {
    clearTimeout(this.timer)
    this.cancelProbe?.()
    this.cancelProbe = null
  }

  private check(): void {
    const { httpCheck, timeouts } = this.backend.config
    const { interMs } = this.server.config
    const limits = { connectMs: Math.min(timeouts.connect ?? interMs, interMs), answerMs: timeouts.check ?? interMs }
    this.cancelProbe = probe(this.server, { httpCheck, ...limits }, this.deadlines, (result) => {
      this.cancelProbe = null
      this.apply(result)
      this.timer = setTimeout(() => this.check(), this.nextDelay())
    })
  }

  private apply(result: CheckResult): void {
    const { backend, server } = this
    if (!server.applyCheck(result)) return
    const name = `${backend.config.name}/${server.name}`
    const outcome = `Server ${name} is ${server.up ? 'UP' : 'DOWN'}: ${result.reason}`
    this.log.event({
      what: 'health check',
      peer: formatEndpoint(server.endpoint),
      outcome,
      level: server.up ? 'good' : 'error',
    })
    if (!backend.up)
      this.log.event({
        what: 'health check',
        outcome: `Backend ${backend.config.name} has no server left`,
        level: 'error',
      })
  }

  /** Quick while a server is between up and down (HAProxy manual, `fastinter`, `downinter`). */
  private nextDelay(): number {
    const { interMs, fastInterMs, downInterMs, rise, fall } = this.server.config
    const { health } = this.server
    if (health === 0) return downInterMs ?? interMs
    return health === rise + fall - 1 ? interMs : (fastInterMs ?? interMs)
  }
}
