import { NO_AUDIT, type AuditPart } from './audit.ts'
import type {
  BesideProcess,
  ComparisonState,
  DeploymentState,
  InterruptedDeployment,
  ReleaseInfo,
} from './deployments.ts'
import { NO_CAPACITY, type CapacityState } from './capacity.ts'
import { NO_DESIGN, type DesignState } from './design.ts'
import type { FailoverState } from './dns.ts'
import type { Failure } from './errors.ts'
import { NO_FAULTS, type FaultsState } from './faults.ts'
import { NO_NETWORK, type NetworkState, type StepState, type TraceSummary } from './network.ts'
import type { BackendState, Engine, HostKind, LabPhase, Role, ServiceAction, ServiceStateName } from './names.ts'
import { NO_SAVING, type SavingState } from './saving.ts'
import type { TrafficRun } from './traffic.ts'

/** Plain data only: it crosses process borders. Times are milliseconds since the epoch, sizes are bytes. */

export interface HostState {
  readonly id: string
  readonly kind: HostKind
  readonly address: string
  /** The release that `current` names on this host; null where no codebase lives. */
  readonly release: string | null
}

export interface ProcessExit {
  readonly code: number | null
  readonly signal: string | null
  /** The last line the process said, without colours. */
  readonly lastLine: string
}

export interface ServiceFile {
  /** What the window and the CLI call it: `zone`, `config`, `release`, `data`, `log`. */
  readonly key: string
  /** Absolute path, to show; commands name files by key. */
  readonly path: string
}

export interface ServiceState {
  readonly id: string
  readonly role: Role
  readonly host: string
  readonly engine: Engine
  readonly state: ServiceStateName
  readonly pid: number | null
  readonly address: string
  readonly port: number
  /** The release that the running process serves, for web and app servers. */
  readonly release: string | null
  readonly startedAtMs: number | null
  /** Proportional set size where the system tells it, else resident set size. */
  readonly memoryBytes: number | null
  readonly exit: ProcessExit | null
  /** Why it failed, or did not become ready. */
  readonly failure: Failure | null
  readonly requests: number
  readonly requestsPerSecond: number
  readonly restarts: number
  readonly automaticRestart: boolean
  readonly files: readonly ServiceFile[]
  /** Whether its terminal takes input. */
  readonly takesInput: boolean
}

/** Who talks to whom over the network; `from` and `to` are service ids, or `client`. */
export interface LinkState {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly protocol: 'DNS' | 'HTTP' | 'Hrana'
}

/** What a load balancer says of one server of a backend (HAProxy management guide, "show servers state"). */
export interface BackendServerState {
  readonly balancer: string
  readonly backend: string
  readonly server: string
  /** The lab's service that it stands for. */
  readonly service: string
  readonly state: BackendState
  readonly weight: number
  readonly sessions: number
}

export interface RequestPhases {
  readonly dnsMs: number
  readonly connectMs: number
  readonly firstByteMs: number
  readonly totalMs: number
}

export interface RequestAsset {
  readonly path: string
  readonly status: number | null
  readonly bytes: number
  readonly totalMs: number
  readonly via: readonly string[]
}

export interface ResolvedAddress {
  readonly name: string
  readonly address: string
  /** The shortest time to live on the way from the name to the address, as it was left. */
  readonly ttlSeconds: number
  /** How long a resolver has had the answer in its cache; null: it was not from a cache. */
  readonly ageSeconds: number | null
}

export interface RequestResult {
  readonly id: number
  readonly atMs: number
  readonly url: string
  readonly method: 'GET'
  /** Name and address as the lab's DNS answered. */
  readonly resolved: ResolvedAddress | null
  readonly status: number | null
  readonly statusText: string
  readonly release: string | null
  /** The services that the answer came through, nearest to the client first. */
  readonly via: readonly string[]
  readonly phases: RequestPhases
  /** W3C Trace Context header that went with the request. */
  readonly traceparent: string
  readonly contentType: string
  readonly bytes: number
  readonly assets: readonly RequestAsset[]
  /** The page as one self-contained HTML text without scripts, for a sandboxed preview; '' when the answer is no page. */
  readonly preview: string
  readonly failure: Failure | null
}

export interface LabState extends FaultsState, CapacityState, AuditPart, SavingState {
  /** Number of the last event that is folded in. */
  readonly seq: number
  readonly phase: LabPhase
  readonly topology: string | null
  readonly workspace: string | null
  /** What a browser would open: `http://www.foobar.com:8080/`. */
  readonly entryUrl: string | null
  readonly dns: { readonly address: string; readonly port: number } | null
  readonly hosts: readonly HostState[]
  readonly services: readonly ServiceState[]
  readonly links: readonly LinkState[]
  readonly backends: readonly BackendServerState[]
  readonly releases: readonly ReleaseInfo[]
  readonly deployment: DeploymentState | null
  /** Set at the start of a lab whose last deployment was cut off; gone with the next deployment. */
  readonly interruptedDeployment: InterruptedDeployment | null
  /** Where `rollback` leads, for hosts that had another release before. */
  readonly previousReleases: readonly { readonly host: string; readonly release: string }[]
  readonly besides: readonly BesideProcess[]
  readonly comparison: ComparisonState | null
  readonly lastRequest: RequestResult | null
  readonly network: NetworkState
  /** The last ones, oldest first. */
  readonly traces: readonly TraceSummary[]
  readonly step: StepState | null
  readonly design: DesignState
  /** The last comparison of ways past a lost server; null: there was none in this lab. */
  readonly failover: FailoverState | null
  /** The runs of the load generator, oldest first; at most one of them runs. */
  readonly traffic: readonly TrafficRun[]
}

export const EMPTY_LAB: LabState = {
  seq: 0,
  phase: 'idle',
  topology: null,
  workspace: null,
  entryUrl: null,
  dns: null,
  hosts: [],
  services: [],
  links: [],
  backends: [],
  releases: [],
  deployment: null,
  interruptedDeployment: null,
  previousReleases: [],
  besides: [],
  comparison: null,
  lastRequest: null,
  network: NO_NETWORK,
  traces: [],
  step: null,
  design: NO_DESIGN,
  failover: null,
  traffic: [],
  ...NO_FAULTS,
  ...NO_CAPACITY,
  ...NO_AUDIT,
  ...NO_SAVING,
}

/** One topology that can be chosen, with what a small drawing of it needs. */
export interface TopologySummary {
  readonly id: string
  readonly file: string
  /** A lab that came as a file; false: it came with the program. */
  readonly opened: boolean
  readonly hosts: readonly {
    readonly id: string
    readonly kind: HostKind
    readonly services: readonly { readonly id: string; readonly role: Role }[]
  }[]
  readonly links: readonly LinkState[]
  readonly failure: Failure | null
}

/** What this system can do, with the reason (an English sentence and a key for the locale files) where it cannot. */
export interface Capabilities {
  readonly platform: string
  readonly actions: Readonly<Record<ServiceAction, { readonly supported: boolean; readonly reason: string | null }>>
  readonly engines: readonly { readonly engine: Engine; readonly version: string }[]
}
