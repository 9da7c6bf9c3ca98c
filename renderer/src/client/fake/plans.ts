import type {
  HostKind,
  HostState,
  LinkState,
  Role,
  ServiceState,
  TopologySummary,
} from '../../../../services/contract/index.ts'

interface PlannedHost {
  readonly id: string
  readonly kind: HostKind
  readonly address: string
  readonly services: readonly { readonly id: string; readonly role: Role; readonly port: number }[]
}

/** A topology as the fake lab knows it: the same names and addresses as the real files in resources/topologies. */
export interface FakePlan {
  readonly id: string
  readonly hosts: readonly PlannedHost[]
  readonly links: readonly LinkState[]
  /** Service ids in waves: each wave starts when the one before is ready. */
  readonly waves: readonly (readonly string[])[]
  /** The service that a browser reaches first. */
  readonly entry: string
}

function link(from: string, to: string, protocol: LinkState['protocol']): LinkState {
  return { id: `${from}>${to}`, from, to, protocol }
}

const CLIENT: PlannedHost = { id: 'client', kind: 'client', address: '127.10.0.2', services: [] }
const NAME_SERVER: PlannedHost = {
  id: 'ns-1',
  kind: 'virtual',
  address: '127.10.0.53',
  services: [{ id: 'dns-1', role: 'dns', port: 8053 }],
}

function applicationServer(number: number): PlannedHost {
  return {
    id: `server-${number}`,
    kind: 'physical',
    address: `127.10.0.2${number}`,
    services: [
      { id: `web-${number}`, role: 'web-server', port: 8080 },
      { id: `app-${number}`, role: 'app-server', port: 3000 },
    ],
  }
}

export const FAKE_PLANS: readonly FakePlan[] = [
  {
    id: '0-simple_web_stack',
    hosts: [
      CLIENT,
      NAME_SERVER,
      {
        id: 'server-1',
        kind: 'physical',
        address: '127.10.0.21',
        services: [
          { id: 'db-1', role: 'database', port: 8090 },
          { id: 'app-1', role: 'app-server', port: 3000 },
          { id: 'web-1', role: 'web-server', port: 8080 },
        ],
      },
    ],
    links: [
      link('client', 'dns-1', 'DNS'),
      link('client', 'web-1', 'HTTP'),
      link('web-1', 'app-1', 'HTTP'),
      link('app-1', 'db-1', 'Hrana'),
    ],
    waves: [['dns-1', 'db-1'], ['app-1'], ['web-1']],
    entry: 'web-1',
  },
  {
    id: '1-distributed_web_infrastructure',
    hosts: [
      CLIENT,
      NAME_SERVER,
      {
        id: 'balancer-1',
        kind: 'virtual',
        address: '127.10.0.10',
        services: [{ id: 'lb-1', role: 'load-balancer', port: 8080 }],
      },
      applicationServer(1),
      applicationServer(2),
      {
        id: 'database-1',
        kind: 'physical',
        address: '127.10.0.30',
        services: [{ id: 'db-1', role: 'database', port: 8090 }],
      },
    ],
    links: [
      link('client', 'dns-1', 'DNS'),
      link('client', 'lb-1', 'HTTP'),
      link('lb-1', 'web-1', 'HTTP'),
      link('lb-1', 'web-2', 'HTTP'),
      link('web-1', 'app-1', 'HTTP'),
      link('web-2', 'app-2', 'HTTP'),
      link('app-1', 'db-1', 'Hrana'),
      link('app-2', 'db-1', 'Hrana'),
    ],
    waves: [['dns-1', 'db-1'], ['app-1', 'app-2'], ['web-1', 'web-2'], ['lb-1']],
    entry: 'lb-1',
  },
]

export function toSummary(plan: FakePlan): TopologySummary {
  return {
    id: plan.id,
    file: `topologies/${plan.id}.yaml`,
    opened: false,
    hosts: plan.hosts.map(({ id, kind, services }) => ({
      id,
      kind,
      services: services.map((service) => ({ id: service.id, role: service.role })),
    })),
    links: plan.links,
    failure: null,
  }
}

export function toHosts(plan: FakePlan): HostState[] {
  return plan.hosts.map(({ id, kind, address, services }) => ({
    id,
    kind,
    address,
    release: services.some((service) => service.role === 'app-server') ? 'v1' : null,
  }))
}

const FILES: Readonly<Record<Role, readonly string[]>> = {
  dns: ['zone', 'log'],
  resolver: ['log'],
  'load-balancer': ['config', 'log'],
  'web-server': ['release', 'log'],
  'app-server': ['release', 'log'],
  database: ['data', 'log'],
}

const FILE_NAMES: Readonly<Record<string, string>> = {
  zone: 'foobar.com.zone',
  config: 'haproxy.cfg',
  release: 'releases/v1/release.json',
  data: 'foobar.sqlite',
}

export function toServices(plan: FakePlan, workspace: string): ServiceState[] {
  return plan.hosts.flatMap((host) =>
    host.services.map(({ id, role, port }): ServiceState => ({
      id,
      role,
      host: host.id,
      engine: 'builtin',
      state: 'stopped',
      pid: null,
      address: host.address,
      port,
      release: null,
      startedAtMs: null,
      memoryBytes: null,
      exit: null,
      failure: null,
      requests: 0,
      requestsPerSecond: 0,
      restarts: 0,
      automaticRestart: false,
      files: FILES[role].map((key) => ({
        key,
        path: key === 'log' ? `${workspace}/logs/${id}.log` : `${workspace}/${host.id}/${FILE_NAMES[key] ?? key}`,
      })),
      takesInput: role === 'database',
    })),
  )
}
