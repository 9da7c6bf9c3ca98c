import type { AuditEvents } from './audit.ts'
import type {
  BesideProcess,
  ComparisonState,
  DeploymentState,
  InterruptedDeployment,
  ReleaseInfo,
} from './deployments.ts'
import type { CapacityEvents } from './capacity.ts'
import type { DesignEvents } from './design.ts'
import type { DnsEvents } from './dns.ts'
import type { Failure } from './errors.ts'
import type { FaultEvents } from './faults.ts'
import type { LabPhase } from './names.ts'
import type { LinkRate, NetworkState, RecordingState, StepState, TraceSummary } from './network.ts'
import type { SavingEvents } from './saving.ts'
import type { BackendServerState, HostState, LinkState, RequestResult, ServiceState } from './state.ts'
import type { TrafficEvents } from './traffic.ts'

/** What happened, in the past tense. The engine is the only one that makes them. */
interface EventMap
  extends TrafficEvents, FaultEvents, DesignEvents, DnsEvents, CapacityEvents, AuditEvents, SavingEvents {
  labPhaseChanged: { readonly phase: LabPhase }
  /** A lab's plan stands: hosts, services (all stopped), links, addresses. */
  labPrepared: {
    readonly topology: string
    readonly workspace: string
    readonly entryUrl: string
    readonly dns: { readonly address: string; readonly port: number }
    readonly hosts: readonly HostState[]
    readonly services: readonly ServiceState[]
    readonly links: readonly LinkState[]
    readonly releases: readonly ReleaseInfo[]
  }
  /** The lab is gone; the window is empty again. */
  labDisposed: Record<never, never>
  labFailed: { readonly failure: Failure }
  /** The plan of a running lab changed: hosts and services came or went. Those that stayed are as they were. */
  planChanged: {
    readonly hosts: readonly HostState[]
    readonly services: readonly ServiceState[]
    readonly links: readonly LinkState[]
  }
  /** Any change of a service; `patch.state` is present when its state changed. */
  serviceChanged: { readonly service: string; readonly patch: Partial<ServiceState> }
  /** Figures that change all the time; not shown in the event log. */
  metricsSampled: {
    readonly services: readonly {
      readonly service: string
      readonly memoryBytes: number | null
      readonly requests: number
      readonly requestsPerSecond: number
    }[]
  }
  backendsChanged: {
    readonly backends: readonly BackendServerState[]
    /** The servers whose state (not just a counter) changed; only these are worth a line in the event log. */
    readonly changed: readonly {
      readonly balancer: string
      readonly server: string
      readonly from: string
      readonly to: string
    }[]
  }
  hostReleaseSwitched: { readonly host: string; readonly from: string | null; readonly to: string }
  releasesChanged: { readonly releases: readonly ReleaseInfo[] }
  /** A deployment began, a step of it began, went on or ended, or it ended. */
  deploymentProgressed: { readonly deployment: DeploymentState }
  /** The last run of this workspace ended in the middle of a deployment. */
  deploymentInterrupted: { readonly interrupted: InterruptedDeployment }
  /** Where a rollback would lead now. */
  previousReleasesChanged: { readonly previous: readonly { readonly host: string; readonly release: string }[] }
  besidesChanged: { readonly besides: readonly BesideProcess[] }
  comparisonProgressed: { readonly comparison: ComparisonState }
  requestFinished: { readonly result: RequestResult }
  /** A port of the plan was taken; another one is used. */
  portReplaced: {
    readonly service: string
    readonly address: string
    readonly port: number
    readonly replacement: number
  }
  /** Processes of an earlier run that had not ended were found and ended. */
  leftoversSwept: { readonly count: number }
  /** The process of the network cards changed its state. */
  networkChanged: { readonly patch: Partial<Omit<NetworkState, 'recording' | 'rates'>> }
  /** Figures that change all the time; not shown in the event log. */
  networkSampled: { readonly recording: RecordingState; readonly rates: readonly LinkRate[] }
  /** Packets were cleared, and with them the traces. */
  packetsCleared: Record<never, never>
  /** A trace began, went on or ended. */
  traceChanged: { readonly trace: TraceSummary }
  stepChanged: { readonly step: StepState }
}

export type LabEventType = keyof EventMap
export type LabEvent = {
  [Type in LabEventType]: { readonly type: Type; readonly seq: number; readonly atMs: number } & EventMap[Type]
}[LabEventType]

/** An event before the engine numbered it. */
export type NewLabEvent = { [Type in LabEventType]: { readonly type: Type } & EventMap[Type] }[LabEventType]
