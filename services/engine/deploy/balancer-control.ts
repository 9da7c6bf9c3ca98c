import { LabError } from '../../contract/index.ts'
import { BACKEND_NAME } from '../../protocols/haproxy-cfg/render.ts'
import { parseStatCsv, readServerStats, type ServerStat } from '../../protocols/haproxy-stats/show-stat.ts'
import { askBalancer } from '../balancer/runtime-api.ts'
import type { LabPlan, PlannedOf } from '../plan/lab-plan.ts'
import { until, type Halt } from './until.ts'

/** How long the sessions of a server that is drained may take. */
const DRAIN_LIMIT_MS = 30_000
/** How long a balancer may take to see a server up that is ready: some checks. */
const UP_LIMIT_MS = 10_000
const ASK_EVERY_MS = 50

/** The answers that a balancer has counted for a server so far. */
export interface ServerAnswers {
  readonly answers: number
  readonly errors: number
}

/** One web server as the balancers in front of it see it, and what they are told about it. By HAProxy's runtime API. */
export class BalancerControl {
  private readonly balancers: readonly PlannedOf<'load-balancer'>[]
  private readonly server: string

  /** `speaksTo`: the balancers that are told; by default all that have the server. */
  constructor(plan: LabPlan, server: string, speaksTo: (balancer: string) => boolean = () => true) {
    this.server = server
    this.balancers = plan
      .ofRole('load-balancer')
      .filter(({ id, spec }) => spec.servers.some(({ service }) => service === server) && speaksTo(id))
  }

  get present(): boolean {
    return this.balancers.length > 0
  }

  async setState(state: 'ready' | 'drain' | 'maint'): Promise<void> {
    await this.tellAll(`set server ${this.target(this.server)} state ${state}`, (answer) => answer === '')
  }

  async moveTo(address: string, port: number): Promise<void> {
    const command = `set server ${this.target(this.server)} addr ${address} port ${port}`
    await this.tellAll(command, (answer) => /changed|no need/.test(answer))
  }

  /** Gives this server `percent` of the requests, and the rest to the others as before. */
  async setShare(percent: number): Promise<void> {
    for (const balancer of this.balancers) {
      const others = balancer.spec.servers.filter(({ service, backup }) => service !== this.server && !backup)
      const sum = others.reduce((total, { weight }) => total + weight, 0)
      // own / (own + factor * sum) = percent / 100, with own = sum.
      const factor = Math.round((100 - percent) / percent)
      await this.weigh(balancer, this.server, sum)
      for (const { service, weight } of others) await this.weigh(balancer, service, weight * factor)
    }
  }

  /** The weights of the topology again. */
  async resetShares(): Promise<void> {
    for (const balancer of this.balancers) {
      for (const { service, weight } of balancer.spec.servers) await this.weigh(balancer, service, weight)
    }
  }

  /** Resolves when no balancer has a session on it any more. Rejects with `DRAIN_TIMEOUT`. */
  async waitForSessions(host: string, halt: Halt, onProgress: (done: number, of: number) => void): Promise<void> {
    let most = 0
    let sessions = 0
    const over = await until(
      async () => {
        const stats = await this.stats()
        sessions = stats.reduce((sum, stat) => sum + stat.sessions + stat.queued, 0)
        most = Math.max(most, sessions)
        if (most > 0) onProgress(most - sessions, most)
        return sessions === 0
      },
      { limitMs: DRAIN_LIMIT_MS, everyMs: ASK_EVERY_MS, halt },
    )
    if (!over) throw new LabError('DRAIN_TIMEOUT', { sessions, host, seconds: DRAIN_LIMIT_MS / 1000 })
  }

  /** Resolves when every balancer sends it requests. Rejects with `BALANCER_REFUSED`. */
  async waitUntilUp(halt: Halt): Promise<void> {
    let last = ''
    const up = await until(
      async () => {
        const stats = await this.stats()
        last = stats.map(({ status }) => status).join(', ')
        return stats.length === this.balancers.length && stats.every(({ health }) => health === 'up')
      },
      { limitMs: UP_LIMIT_MS, everyMs: ASK_EVERY_MS, halt },
    )
    if (up) return
    const detail = `it still says ${last || 'nothing'} after ${UP_LIMIT_MS / 1000} s`
    throw new LabError('BALANCER_REFUSED', { balancer: this.names, command: `see ${this.server} up`, detail })
  }

  /** What the balancers have counted for this server. */
  async answers(): Promise<ServerAnswers> {
    let [answers, errors] = [0, 0]
    for (const balancer of this.balancers) {
      for (const row of parseStatCsv(await this.ask(balancer, 'show stat'))) {
        if (row['svname'] !== this.server) continue
        const failed = ['hrsp_5xx', 'econ', 'eresp'].reduce((sum, column) => sum + Number(row[column] ?? 0), 0)
        const good = ['hrsp_2xx', 'hrsp_3xx', 'hrsp_4xx'].reduce((sum, column) => sum + Number(row[column] ?? 0), 0)
        answers += good + failed
        errors += failed
      }
    }
    return { answers, errors }
  }

  private async stats(): Promise<readonly ServerStat[]> {
    const all = await Promise.all(
      this.balancers.map(async (balancer) => readServerStats(await this.ask(balancer, 'show stat'))),
    )
    return all.flat().filter(({ server }) => server === this.server)
  }

  private weigh(balancer: PlannedOf<'load-balancer'>, server: string, weight: number): Promise<void> {
    return this.tell(balancer, `set server ${this.target(server)} weight ${weight}`, (answer) => answer === '')
  }

  private async tellAll(command: string, accepts: (answer: string) => boolean): Promise<void> {
    for (const balancer of this.balancers) await this.tell(balancer, command, accepts)
  }

  private async tell(
    balancer: PlannedOf<'load-balancer'>,
    command: string,
    accepts: (answer: string) => boolean,
  ): Promise<void> {
    const answer = (await this.ask(balancer, command)).trim()
    if (!accepts(answer)) throw new LabError('BALANCER_REFUSED', { balancer: balancer.id, command, detail: answer })
  }

  private async ask(balancer: PlannedOf<'load-balancer'>, command: string): Promise<string> {
    try {
      return await askBalancer({ address: balancer.address, port: balancer.statsPort }, command)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      throw new LabError('BALANCER_REFUSED', { balancer: balancer.id, command, detail })
    }
  }

  private target(server: string): string {
    return `${BACKEND_NAME}/${server}`
  }

  private get names(): string {
    return this.balancers.map(({ id }) => id).join(', ')
  }
}
