import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'

/**
 * Visitors who go on while a test does something else: open loop, each request starts on schedule whatever the answers do.
 * Small on purpose: what it measures must not depend on the product's own load generator.
 */

export interface BackgroundOptions {
  readonly address: string
  readonly port: number
  readonly ratePerSecond: number
  readonly paths: readonly string[]
  /** Where the requests come from. */
  readonly localAddress: string
  /** Each request comes anywhere within its interval, so that it does not take turns with others at a balancer. */
  readonly jitter?: boolean
}

export interface BackgroundResult {
  readonly sent: number
  /** What went wrong, one text per request: a status of 500 or more, or an error's code. */
  readonly failures: readonly string[]
  /** In order of the schedule, from the moment when each was due. */
  readonly latenciesMs: readonly number[]
  /** How late the latest one was sent. */
  readonly lagMs: number
  /** How often an answer was followed by a failure or a failure by an answer, in order of the schedule. */
  readonly turns: number
}

const TICK_MS = 5

export class BackgroundTraffic {
  private readonly options: BackgroundOptions
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 })
  private readonly failures: string[] = []
  private readonly latencies: number[] = []
  private readonly answered: boolean[] = []
  private readonly open = new Set<Promise<void>>()
  private readonly timer: NodeJS.Timeout
  private readonly begunMs = performance.now()
  private sent = 0
  private lagMs = 0
  private place = 0

  constructor(options: BackgroundOptions) {
    this.options = options
    this.timer = setInterval(() => this.sendDue(), TICK_MS)
  }

  /** How many were answered (or failed) up to now. */
  get ended(): number {
    return this.latencies.length + this.failures.length
  }

  get failed(): number {
    return this.failures.length
  }

  async stop(): Promise<BackgroundResult> {
    clearInterval(this.timer)
    await Promise.all(this.open)
    this.agent.destroy()
    const { sent, failures, latencies, lagMs, answered } = this
    const turns = answered.filter((is, index) => index > 0 && is !== answered[index - 1]).length
    return { sent, failures, latenciesMs: latencies, lagMs, turns }
  }

  private sendDue(): void {
    const { ratePerSecond, paths, jitter } = this.options
    for (;;) {
      const number = this.sent
      const dueMs = this.begunMs + ((number + this.place) * 1000) / ratePerSecond
      if (dueMs > performance.now()) return
      const path = paths[number % paths.length] ?? '/'
      this.sent += 1
      this.place = jitter === true ? Math.random() : 0
      this.lagMs = Math.max(this.lagMs, performance.now() - dueMs)
      const one = this.send(path, dueMs, number).finally(() => this.open.delete(one))
      this.open.add(one)
    }
  }

  private send(path: string, dueMs: number, number: number): Promise<void> {
    const { address, port, localAddress } = this.options
    return new Promise((resolve) => {
      const fail = (what: string): void => {
        this.failures.push(what)
        this.answered[number] = false
        resolve()
      }
      const call = request({ host: address, port, path, agent: this.agent, localAddress, headers: { Host: address } })
      call.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
      call.once('response', (answer) => {
        answer.resume()
        answer.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
        answer.once('end', () => {
          if ((answer.statusCode ?? 500) >= 500) return fail(String(answer.statusCode))
          this.latencies.push(performance.now() - dueMs)
          this.answered[number] = true
          resolve()
        })
      })
      call.end()
    })
  }
}

/** The value below which the share `p` of the values lies. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN
}
