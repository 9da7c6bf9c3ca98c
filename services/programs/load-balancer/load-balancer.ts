import type { HaproxyCfg } from '../../protocols/haproxy-cfg/model.ts'
import type { Log } from '../kit/log.ts'
import type { AdminState, BackendServer } from './backend-server.ts'
import { Backend } from './backend.ts'
import { ProgramError } from '../kit/program.ts'
import { Deadlines } from './deadlines.ts'
import { formatEndpoint, Frontend } from './frontend.ts'
import { HealthCheck } from './health-check.ts'
import { RuntimeApi } from './runtime-api.ts'
import type { Controlled } from './runtime-commands.ts'

/** HAProxy's first proxy of the file has the number 2; 1 is its own. */
const FIRST_PROXY_ID = 2
/** Clients at a time when the file sets no `maxconn`. */
const DEFAULT_MAXCONN = 4096

/** Everything that one haproxy.cfg describes, running. */
export class LoadBalancer {
  private config: HaproxyCfg
  /** Reads the file anew. Throws `ProgramError` with what is wrong with it. */
  private readonly readAgain: () => HaproxyCfg
  private readonly log: Log
  private readonly deadlines = new Deadlines()
  private readonly backends: readonly Backend[]
  private readonly frontends: readonly Frontend[]
  private readonly checks = new Map<BackendServer, HealthCheck>()
  private readonly api: RuntimeApi | null
  private readonly startedAt = performance.now()

  constructor(config: HaproxyCfg, log: Log, readAgain: () => HaproxyCfg) {
    this.config = config
    this.readAgain = readAgain
    this.log = log
    const { deadlines } = this
    const ids = numberProxies(config)
    this.backends = config.backends.map((backend) => new Backend(backend, ids.get(backend) ?? 0, deadlines))
    this.frontends = config.frontends.map((frontend) => {
      const backend = this.findBackend(frontend.defaultBackend)
      const maxconn = frontend.maxconn ?? config.global.maxconn ?? DEFAULT_MAXCONN
      return new Frontend(frontend, { id: ids.get(frontend) ?? 0, backend, maxconn, log, deadlines })
    })
    for (const backend of this.backends)
      for (const server of backend.servers) this.checks.set(server, new HealthCheck(backend, server, deadlines, log))
    this.api = config.global.statsSocket ? new RuntimeApi(config.global.statsSocket, this.controlled()) : null
  }

  private findBackend(name: string): Backend {
    const backend = this.backends.find((candidate) => candidate.config.name === name)
    if (!backend) throw new Error(`the configuration was accepted without its backend ${name}`)
    return backend
  }

  /** Listens on everything that the file names. Throws `ProgramError` for an address that cannot be had. */
  async start(): Promise<void> {
    await this.api?.listen()
    for (const frontend of this.frontends) await frontend.listen()
    for (const check of this.checks.values()) check.start()
  }

  get listening(): string {
    return this.config.frontends
      .flatMap((frontend) => frontend.binds.map((bind) => `http://${formatEndpoint(bind)}`))
      .join(', ')
  }

  /** Stops accepting, lets every request in flight finish, closes the rest. */
  async stop(): Promise<void> {
    await Promise.all(this.frontends.map((frontend) => frontend.stop()))
    for (const check of this.checks.values()) check.stop()
    for (const backend of this.backends) for (const server of backend.servers) server.closeIdle()
    this.api?.close()
    this.deadlines.close()
  }

  /** Takes over what the file says of the servers now; no request notices. Throws `ProgramError` when it cannot. */
  private reload(): void {
    const config = this.readAgain()
    if (fixedPartOf(config) !== fixedPartOf(this.config))
      throw new ProgramError('what is beside the servers of a backend changed in the file: that takes a restart')
    this.config = config
    for (const backend of this.backends) {
      const next = config.backends.find(({ name }) => name === backend.config.name)
      if (next === undefined) continue
      const { added, removed } = backend.adopt(next)
      for (const server of removed) {
        this.checks.get(server)?.stop()
        this.checks.delete(server)
      }
      for (const server of added) this.checks.set(server, new HealthCheck(backend, server, this.deadlines, this.log))
      for (const server of added) this.checks.get(server)?.start()
      const names = next.servers.map(({ name, weight, backup }) => `${name} ${backup ? 'backup' : weight}`).join(', ')
      this.log.event({ what: 'reload', outcome: `${next.name}: balance ${next.balance}: ${names}`, level: 'good' })
    }
  }

  private controlled(): Controlled {
    return {
      frontends: this.frontends,
      backends: this.backends,
      level: this.config.global.statsSocket?.level ?? 'operator',
      now: () => this.deadlines.now,
      info: () => this.info(),
      reload: () => this.reload(),
      setState: (backend, server, state) => this.setState(backend, server, state),
      move: (backend, server, endpoint) => {
        server.moveTo(endpoint)
        this.report(backend, server, `is at ${formatEndpoint(endpoint)} now`)
      },
      setWeight: (backend, server, weight) => {
        server.setWeight(weight)
        this.report(backend, server, `has weight ${weight} now`)
      },
    }
  }

  private setState(backend: Backend, server: BackendServer, state: AdminState): void {
    if (server.admin === state) return
    const before = server.admin
    server.setAdmin(state)
    const check = this.checks.get(server)
    if (state === 'maint') check?.stop()
    else if (before === 'maint') check?.start()
    this.report(backend, server, STATE_SENTENCES[state])
  }

  private report(backend: Backend, server: BackendServer, sentence: string): void {
    const outcome = `Server ${backend.config.name}/${server.name} ${sentence}`
    this.log.event({ what: 'runtime api', peer: formatEndpoint(server.endpoint), outcome, level: 'warning' })
  }

  private info(): Readonly<Record<string, string | number>> {
    const uptime = Math.floor((performance.now() - this.startedAt) / 1000)
    const total = (pick: (frontend: Frontend) => number): number =>
      this.frontends.reduce((sum, frontend) => sum + pick(frontend), 0)
    return {
      Name: 'Hoplab load-balancer',
      Nbthread: 1,
      Pid: process.pid,
      Uptime: `${Math.floor(uptime / 86_400)}d ${Math.floor(uptime / 3600) % 24}h${pad(Math.floor(uptime / 60) % 60)}m${pad(uptime % 60)}s`,
      Uptime_sec: uptime,
      Maxconn: this.config.global.maxconn ?? DEFAULT_MAXCONN,
      CurrConns: total((frontend) => frontend.counters.sessions),
      CumConns: total((frontend) => frontend.counters.sessionsTotal),
      CumReq: total((frontend) => frontend.counters.requests),
    }
  }
}

/** All that a reload does not change, without the lines at which it stands. */
function fixedPartOf({ global, frontends, backends }: HaproxyCfg): string {
  const fixed = { global, frontends, backends: backends.map(({ name, timeouts }) => ({ name, timeouts })) }
  return JSON.stringify(fixed, (key, value: unknown) => (key === 'line' ? undefined : value))
}

const STATE_SENTENCES: Readonly<Record<AdminState, string>> = {
  ready: 'is READY: it gets requests again as soon as it is up',
  drain: 'is DRAINING: it finishes its requests and gets no new ones',
  maint: 'is in MAINTENANCE: it gets no requests and no checks',
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

/** Numbers frontends and backends in the order of the file, as HAProxy does. */
function numberProxies(config: HaproxyCfg): Map<object, number> {
  const proxies = [...config.frontends, ...config.backends].sort((a, b) => a.line - b.line)
  return new Map(proxies.map((proxy, index) => [proxy, FIRST_PROXY_ID + index]))
}
