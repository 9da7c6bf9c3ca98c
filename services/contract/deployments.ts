import type { Failure } from './errors.ts'
import type { TrafficCells, TrafficResult } from './traffic.ts'

/** Releases, deployments and comparisons as they travel. Plain data; times are milliseconds since the epoch. */

export const STRATEGIES = ['restart', 'reload', 'rolling', 'rolling-no-drain', 'blue-green', 'canary'] as const
export type Strategy = (typeof STRATEGIES)[number]

/**
 * What a deployment does, step by step. `host` of a step is the server it is about, also where the balancer is told.
 * - `check`: load the release in a process of its own, before anything is touched
 * - `drain`: the balancer sends the server no new sessions; `wait`: until those it has are over
 * - `stop`, `switch` (`current` names the new release), `start`: in place
 * - `start-beside`: a second set of processes with the new release, beside the old one
 * - `hand-over`: the old processes stop listening, finish what they have and end
 * - `health`: GET /healthz through the web server of the host, several times in a row
 * - `ready`: the balancer sends the server requests again; it must see it up
 * - `shift`: the balancer sends the server's requests to the other set of processes
 * - `weight`: the balancer sends the server only a small part of the requests; `watch`: the rule of the canary
 * - `keep`: the old set goes on beside, for the way back; `end-kept`: one that an earlier deployment kept ends
 * - `roll-back`: the release before is brought back
 */
export const DEPLOY_STEPS = [
  'check',
  'end-kept',
  'drain',
  'wait',
  'stop',
  'switch',
  'start',
  'start-beside',
  'hand-over',
  'health',
  'ready',
  'shift',
  'weight',
  'watch',
  'keep',
  'roll-back',
] as const
export type DeployStepName = (typeof DEPLOY_STEPS)[number]

export interface PlannedStep {
  readonly name: DeployStepName
  readonly host: string
}

export interface DeployStep extends PlannedStep {
  readonly startMs: number
  readonly endMs: number | null
  readonly ok: boolean | null
  /** How far it is, where that can be counted: sessions that ended, checks that passed, seconds that were watched. */
  readonly progress: { readonly done: number; readonly of: number } | null
  /** Which step of the plan this is; null for what was not planned (going back). */
  readonly planned: number | null
}

/** When a canary goes on to the other servers, and when it goes back. Shown before it begins. */
export interface CanaryRule {
  /** Part of all requests that the new release gets while it is watched. */
  readonly weightPercent: number
  readonly watchMs: number
  /** More failed answers of the new release than this: back. */
  readonly maxErrorPercent: number
  /** A p95 latency of more than this many times that of the old release (and `minSlowerMs` more): back. */
  readonly maxLatencyFactor: number
  readonly minSlowerMs: number
  /** Fewer answers than this say nothing: back. */
  readonly minAnswers: number
}

export interface CanaryFigures {
  readonly answers: number
  readonly errors: number
  readonly p95Ms: number | null
  readonly oldAnswers: number
  readonly oldP95Ms: number | null
  /** Null while it is watched. */
  readonly verdict: 'go-on' | 'errors' | 'latency' | 'too-few' | null
}

/** Whether a strategy can be used on this lab and system. */
export interface StrategyInfo {
  readonly strategy: Strategy
  readonly supported: boolean
  /** Why not: a key for the locale files. */
  readonly reason: 'no-balancer' | 'one-server' | 'no-weights' | 'system' | null
  /** The same in English, for the command line. */
  readonly reasonText: string | null
  /** How much more than the servers there are it takes while it runs: 1 is a whole second set of processes. */
  readonly spareCapacity: number
}

/** What a deployment is going to do. */
export interface DeploymentPlan {
  readonly release: string
  readonly strategy: Strategy
  readonly hosts: readonly string[]
  readonly steps: readonly PlannedStep[]
  /** What goes back when it fails or is taken back, on a host that has been changed. */
  readonly wayBack: readonly PlannedStep[]
  readonly spareCapacity: number
  readonly rule: CanaryRule | null
}

export interface HostDeployment {
  readonly host: string
  readonly from: string | null
  readonly to: string
  readonly ok: boolean
  readonly rolledBack: boolean
  /** How long no process of this host served: from the first that stopped to the last one ready again. */
  readonly outageMs: number
  readonly failure: Failure | null
}

export interface DeploymentState {
  readonly id: number
  readonly release: string
  readonly strategy: Strategy
  readonly hosts: readonly string[]
  readonly startedAtMs: number
  readonly endedAtMs: number | null
  readonly plan: readonly PlannedStep[]
  readonly steps: readonly DeployStep[]
  readonly results: readonly HostDeployment[]
  readonly ok: boolean | null
  /** Whether every host that was changed has its old release again. */
  readonly rolledBack: boolean
  /** A person asked it to stop; it ends after the step that runs. */
  readonly stopped: boolean
  /** Where and why it stopped: of the first host that failed, or of the deployment as a whole. */
  readonly failure: Failure | null
  readonly rule: CanaryRule | null
  readonly canary: CanaryFigures | null
  /** What users saw: figures of the traffic that went with it, or that ran anyway. Null without, and until it has ended. */
  readonly traffic: TrafficResult | null
  /** The run that these figures are part of. */
  readonly trafficRun: number | null
}

/** What a deployment has before its first step. */
export const BEGUN_DEPLOYMENT = {
  endedAtMs: null,
  plan: [],
  steps: [],
  results: [],
  ok: null,
  rolledBack: false,
  stopped: false,
  failure: null,
  rule: null,
  canary: null,
  traffic: null,
  trafficRun: null,
} as const satisfies Partial<DeploymentState>

/** A deployment that the end of Hoplab cut off; told by the next start from the journal in the workspace. */
export interface InterruptedDeployment {
  readonly release: string
  readonly strategy: Strategy
  readonly startedAtMs: number
  /** The step that was under way. */
  readonly step: PlannedStep | null
  /** What each server has now. */
  readonly hosts: readonly { readonly host: string; readonly from: string | null; readonly now: string | null }[]
}

/** A second process of a service: the new one beside the old, the old one that finishes, or one kept for the way back. */
export interface BesideProcess {
  readonly service: string
  readonly host: string
  readonly pid: number
  readonly address: string
  readonly port: number
  readonly release: string | null
  readonly state: 'starting' | 'ready' | 'finishing' | 'kept'
}

export interface ReleaseInfo {
  readonly id: string
  /** Hosts on which this release lies unpacked. */
  readonly hosts: readonly string[]
  /** One sentence of the release's own `release.json` by language (`en`, `fr`), for the deploy dialog. */
  readonly summary: Readonly<Record<string, string>>
}

export interface ReleaseFile {
  /** Relative to the release, with `/`: `app/index.js`. */
  readonly path: string
  readonly bytes: number
  /** Whether it can be read and edited as text (UTF-8, not too large). */
  readonly text: boolean
}

export interface ReleaseText {
  readonly release: string
  readonly file: string
  readonly text: string
}

/** Where a file was written: the release itself, or the next version when the release is live. */
export interface WrittenRelease {
  readonly release: string
  readonly created: boolean
  readonly file: string
}

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
}

export interface DiffHunk {
  /** Line numbers from 1; of a side without lines, the number of the line before (as in POSIX diff -u). */
  readonly fromLine: number
  readonly fromCount: number
  readonly toLine: number
  readonly toCount: number
  readonly lines: readonly DiffLine[]
}

export interface FileDiff {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
  /** Null for files that are no text, or too large to compare line by line. */
  readonly hunks: readonly DiffHunk[] | null
  readonly addedLines: number
  readonly removedLines: number
}

export interface ReleaseDiff {
  readonly from: string
  readonly to: string
  readonly files: readonly FileDiff[]
}

export interface ReleaseCheck {
  readonly release: string
  readonly ok: boolean
  /** Why it does not load, with file and line where they are known. */
  readonly fault: string | null
  readonly file: string | null
  readonly line: number | null
}

export interface ComparedStrategy {
  readonly strategy: Strategy
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly downtimeMs: number | null
  readonly failed: number | null
  readonly slow: number | null
  readonly longestGapMs: number | null
  readonly totalMs: number | null
  readonly spareCapacity: number
  readonly failure: Failure | null
  /** The steps, for the chart. */
  readonly deployment: DeploymentState | null
  /** What was measured, for the chart; times in `deployment` are on the clock of `trafficStartedAtMs`. */
  readonly cells: TrafficCells | null
  readonly trafficStartedAtMs: number | null
}

/** The chosen strategies, one after the other under the same traffic. */
export interface ComparisonState {
  readonly id: number
  readonly rate: number
  readonly from: string
  readonly release: string
  readonly startedAtMs: number
  readonly endedAtMs: number | null
  readonly stopped: boolean
  readonly rows: readonly ComparedStrategy[]
  readonly resolutionMs: number
}

export const REPORT_FORMATS = ['html', 'csv'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

/** A report as one text: a self-contained page or a table. The window saves it, the command line writes it. */
export interface ReportText {
  readonly fileName: string
  readonly text: string
}

/**
 * The release that a comparison brings and takes back when nobody names one: that which ran before the live one, as it is
 * known to run; else the next one after the live one, else any other. Null where there is no other.
 */
export function proposeRelease(known: readonly string[], live: string | null, before: string | null): string | null {
  if (before !== null && before !== live && known.includes(before)) return before
  const after = live === null ? undefined : known[known.indexOf(live) + 1]
  return after ?? known.find((release) => release !== live) ?? null
}
