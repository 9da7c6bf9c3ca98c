import type { AuditCapability, AuditComponent, LinkState } from '../../contract/index.ts'
import type { ServiceSpec, ServiceSpecOf, Topology } from '../topology/schema.ts'

/** A site with something missing: what it still does for its visitors, from the plan alone. */

/** What nobody can use any more: services by their id, links by theirs. */
export interface Missing {
  readonly services: ReadonlySet<string>
  readonly links: ReadonlySet<string>
}

/** How deep into the site a health check looks. */
export type CheckDepth = 'web' | 'application' | 'database'

/** Paths that the shipped application answers from the database. */
const DATABASE_PATHS: ReadonlySet<string> = new Set(['/guestbook'])
const FILE = /\/[^/]*\.\w+$/

/** Files come from the web server, everything else from the application; some of that from the database. */
export function depthOf(path: string): CheckDepth {
  const [plain = path] = path.split('?')
  if (FILE.test(plain)) return 'web'
  return DATABASE_PATHS.has(plain) ? 'database' : 'application'
}

const NEEDS: Readonly<Record<Exclude<AuditCapability, 'newVisitors'>, CheckDepth>> = {
  pages: 'web',
  dynamicPages: 'application',
  reads: 'database',
  writes: 'database',
}

export class Site {
  readonly services: ReadonlyMap<string, { readonly host: string; readonly spec: ServiceSpec }>
  readonly links: readonly LinkState[]
  private readonly topology: Topology

  /** `links` as `linksOf` makes them of the same topology. */
  constructor(topology: Topology, links: readonly LinkState[]) {
    this.topology = topology
    // Two DNS servers that know the same name lead to the same link.
    this.links = [...new Map(links.map((link) => [link.id, link])).values()]
    this.services = new Map(
      Object.entries(topology.hosts).flatMap(([host, { services }]) =>
        Object.entries(services).map(([id, spec]) => [id, { host, spec }]),
      ),
    )
  }

  get hosts(): readonly string[] {
    return Object.keys(this.topology.hosts)
  }

  servicesOn(host: string): readonly string[] {
    return Object.keys(this.topology.hosts[host]?.services ?? {})
  }

  /** What its loss takes away. */
  missingWithout({ kind, id }: AuditComponent): Missing {
    const services = kind === 'service' ? [id] : kind === 'host' ? this.servicesOn(id) : []
    return { services: new Set(services), links: new Set(kind === 'link' ? [id] : []) }
  }

  /** Where visitors go in: what the client talks HTTP to. */
  get entries(): readonly string[] {
    return this.links.filter(({ from, protocol }) => from === 'client' && protocol === 'HTTP').map(({ to }) => to)
  }

  /** Whom visitors ask for names: a resolver, or the DNS servers themselves. */
  get dnsServers(): readonly string[] {
    return this.links.filter(({ from, protocol }) => from === 'client' && protocol === 'DNS').map(({ to }) => to)
  }

  /** Each way from a visitor to a server that knows the site's name: the services on it, nearest first. */
  get dnsPaths(): readonly (readonly string[])[] {
    return this.dnsServers.flatMap((first) => {
      const resolver = this.specOf(first, 'resolver')
      return resolver === null ? [[first]] : resolver.servers.map((dns) => [first, dns])
    })
  }

  /** Where such a way is broken: the id of the first service that cannot be asked; null where it is whole. */
  brokenAt(path: readonly string[], missing: Missing): string | null {
    return path.find((to, at) => !this.canTalk(path[at - 1] ?? 'client', to, missing)) ?? null
  }

  /** The share of requests that succeed for ever after: 0 to 1. */
  share(capability: AuditCapability, missing: Missing): number {
    if (capability === 'newVisitors') {
      // Who gets no answer from one DNS server asks the next.
      const known = this.dnsPaths.some((path) => this.brokenAt(path, missing) === null)
      return known ? this.share('dynamicPages', missing) : 0
    }
    return mean(
      this.entries.map((entry) =>
        this.canTalk('client', entry, missing) ? this.shareAt(entry, NEEDS[capability], missing) : 0,
      ),
    )
  }

  private shareAt(id: string, need: CheckDepth, missing: Missing): number {
    const balancer = this.specOf(id, 'load-balancer')
    if (balancer === null) return this.reaches(id, need, missing) ? 1 : 0
    return mean(this.inRotation(id, balancer, missing).map((web) => (this.reaches(web, need, missing) ? 1 : 0)))
  }

  /** The servers that a balancer sends to when its health checks have seen what is missing (HAProxy manual, `backup`). */
  inRotation(id: string, balancer: ServiceSpecOf<'load-balancer'>, missing: Missing): readonly string[] {
    const depth = depthOf(balancer.healthCheck.path)
    const up = balancer.servers.filter(
      ({ service, weight }) =>
        weight > 0 && this.canTalk(id, service, missing) && this.reaches(service, depth, missing),
    )
    const active = up.filter(({ backup }) => !backup)
    return (active.length > 0 ? active : up.slice(0, 1)).map(({ service }) => service)
  }

  /** Whether a web server, with what is behind it, answers what needs that depth. */
  reaches(web: string, need: CheckDepth, missing: Missing): boolean {
    const webSpec = this.specOf(web, 'web-server')
    if (webSpec === null || missing.services.has(web)) return false
    if (need === 'web') return true
    const app = this.specOf(webSpec.application, 'app-server')
    if (app === null || !this.canTalk(web, webSpec.application, missing)) return false
    if (need === 'application') return true
    return this.services.has(app.database) && this.canTalk(webSpec.application, app.database, missing)
  }

  specOf<R extends ServiceSpec['role']>(id: string, role: R): ServiceSpecOf<R> | null {
    const spec = this.services.get(id)?.spec
    return spec?.role === role ? (spec as ServiceSpecOf<R>) : null
  }

  private canTalk(from: string, to: string, missing: Missing): boolean {
    return !missing.services.has(to) && !missing.links.has(`${from}>${to}`)
  }
}

export const NOTHING_MISSING: Missing = { services: new Set(), links: new Set() }

function mean(parts: readonly number[]): number {
  return parts.length === 0 ? 0 : parts.reduce((sum, part) => sum + part, 0) / parts.length
}
