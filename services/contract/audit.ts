import type { Failure } from './errors.ts'
import type { Role } from './names.ts'
import type { WrittenFile } from './network.ts'
import type { ReportText } from './deployments.ts'
import type { LinkState } from './state.ts'

/** The search for single points of failure: predicted from the topology alone, then proved by breaking each part. */

/** What a site does for its visitors; each is looked at by itself. */
export const AUDIT_CAPABILITIES = [
  /** Files of the release, from the web server. */
  'pages',
  /** Pages that the application makes, without the database. */
  'dynamicPages',
  /** Pages that need to read from the database. */
  'reads',
  /** Forms whose content is written to the database. */
  'writes',
  /** Visitors who don't know the address yet: they ask DNS, then want the front page. */
  'newVisitors',
] as const
export type AuditCapability = (typeof AUDIT_CAPABILITIES)[number]

export const AUDIT_KINDS = ['service', 'host', 'link'] as const
export type AuditKind = (typeof AUDIT_KINDS)[number]

/** A service, a host or a link, by its id. */
export interface AuditComponent {
  readonly kind: AuditKind
  readonly id: string
}

/**
 * From good to bad. `survives`: nobody notices; `degraded`: some requests failed until health checks noticed, then none;
 * `partly`: some requests go on failing, since nobody notices; `down`: all of them fail.
 */
export const AUDIT_EFFECTS = ['survives', 'degraded', 'partly', 'down'] as const
export type AuditEffect = (typeof AUDIT_EFFECTS)[number]

/** From a plan alone it cannot be told how many requests a change-over costs, so nothing is predicted as `degraded`. */
export type PredictedEffect = Exclude<AuditEffect, 'degraded'>

/** Why, as a code with its parameters: the window and the CLI have the sentences. */
export const AUDIT_REASONS = [
  /** `host`, `services`. */
  'hostHolds',
  /** `dns`. */
  'onlyDns',
  /** `others`. */
  'otherDns',
  /** `through`; and which it is that all paths to go through it. */
  'allPathsToSite',
  'allPathsToApplication',
  'allPathsToDatabase',
  /** `balancer`, `server`, `others`, `fall`, `path`. */
  'balancerTakesOut',
  /** `balancer`, `server`, `others`, `path`. */
  'backupTakesOver',
  /** `balancer`, `server`, `path`. */
  'healthCheckBlind',
  /** `balancer`, `path`. */
  'healthCheckTakesAll',
  /** `web`. */
  'filesStay',
  /** `others`. */
  'otherEntries',
  /** The component is on no path. */
  'unused',
] as const
export type AuditReasonCode = (typeof AUDIT_REASONS)[number]

/** Where prediction and proof differ. Params: `capabilities`, keys of `AUDIT_CAPABILITIES` with commas between. */
export const AUDIT_DIFFERENCES = ['unexpectedSurvival', 'unexpectedLoss', 'unexpectedPart'] as const
export type AuditDifferenceCode = (typeof AUDIT_DIFFERENCES)[number]

export interface AuditSentence<Code extends string> {
  readonly code: Code
  readonly params: Readonly<Record<string, string | number>>
}
export type AuditReason = AuditSentence<AuditReasonCode>
export type AuditDifference = AuditSentence<AuditDifferenceCode>

/** Null: this site does not offer it. */
export type PredictedEffects = Readonly<Record<AuditCapability, PredictedEffect | null>>

export interface AuditPrediction {
  readonly effects: PredictedEffects
  /** The worst of the effects. */
  readonly effect: PredictedEffect
  /** Something is down for everybody without it. */
  readonly spof: boolean
  readonly reasons: readonly AuditReason[]
}

/** `kill-services`: where a host cannot be powered off, all of its services are killed. */
export const AUDIT_METHODS = ['kill', 'kill-services', 'power-off', 'unplug'] as const
export type AuditMethod = (typeof AUDIT_METHODS)[number]

/** How often a capability was tried while the component was broken, until it was settled what it does. */
export interface CapabilityProof {
  readonly effect: AuditEffect
  readonly tried: number
  readonly failed: number
}

/** Null: it did not work before the component was broken either. */
export type CapabilityProofs = Readonly<Record<AuditCapability, CapabilityProof | null>>

export interface AuditProof {
  readonly method: AuditMethod
  readonly capabilities: CapabilityProofs
  /** The worst of the effects. */
  readonly effect: AuditEffect
  readonly spof: boolean
  /** The steady traffic while the component was broken. */
  readonly due: number
  readonly failed: number
  /** From the break until a balancer had changed its mind; null when none did. */
  readonly noticedMs: number | null
  /** From the begin of the repair until everything was as before: services ready, servers up, all answers good. */
  readonly recoveryMs: number
}

export const AUDIT_ROW_STATES = ['waiting', 'running', 'done', 'not-proved'] as const
export type AuditRowState = (typeof AUDIT_ROW_STATES)[number]

export interface AuditRow extends AuditComponent {
  readonly predicted: AuditPrediction
  readonly state: AuditRowState
  readonly measured: AuditProof | null
  /** Why it was not proved. */
  readonly failure: Failure | null
  /** Null while nothing was measured. */
  readonly agree: boolean | null
  readonly difference: AuditDifference | null
}

/** What is drawn. */
export interface AuditPlan {
  readonly hosts: readonly {
    readonly id: string
    readonly services: readonly { readonly id: string; readonly role: Role }[]
  }[]
  readonly links: readonly LinkState[]
}

/** `baseline`: what works before anything is broken; `checking`: the lab is repaired, and it is looked whether it is as before. */
export const AUDIT_STEPS = ['baseline', 'breaking', 'watching', 'repairing', 'checking'] as const
export type AuditStep = (typeof AUDIT_STEPS)[number]

/** Beside these the state of an audit: `predicted` when nothing was broken. */
export const AUDIT_PHASES = ['predicted', 'running', 'stopping', 'done', 'stopped', 'failed'] as const
export type AuditPhase = (typeof AUDIT_PHASES)[number]

export interface AuditState {
  readonly topology: string
  readonly plan: AuditPlan
  readonly phase: AuditPhase
  readonly startedAtMs: number
  readonly endedAtMs: number | null
  /** One for each service, host and link. */
  readonly rows: readonly AuditRow[]
  /** What is being done; `row` counts from 1 over the `of` that are proved. */
  readonly progress: {
    readonly step: AuditStep
    readonly row: number
    readonly of: number
    readonly component: AuditComponent | null
  } | null
  /** Requests per second of the traffic. */
  readonly rate: number | null
  /** Capabilities that worked before anything was broken. */
  readonly baseline: readonly AuditCapability[] | null
  /** Whether the lab was found as before in the end. */
  readonly repaired: boolean | null
  readonly failure: Failure | null
}

/** The part of the lab's state. */
export interface AuditPart {
  /** The last proof of this lab. */
  readonly audit: AuditState | null
}
export const NO_AUDIT: AuditPart = { audit: null }

export interface AuditEvents {
  auditStarted: { readonly audit: AuditState }
  /** Comes with every step; not shown in the event log. */
  auditProgressed: { readonly audit: AuditState }
  auditFinished: { readonly audit: AuditState }
}

export interface AuditOutputs {
  /** From the plan alone: of the running lab, or of a topology by its name. */
  predictAudit: AuditState
  /** Answers when it has ended and the lab is repaired. */
  startAudit: AuditState
  /** Answers when the lab is repaired. */
  stopAudit: AuditState
  renderAudit: ReportText
  saveAudit: WrittenFile
}

/** `host server-1` and `service web-1` are two rows: an id alone does not tell them apart. */
export function auditKey({ kind, id }: AuditComponent): string {
  return `${kind}:${id}`
}

/** Visitors are served still, or again when health checks have noticed. */
export function goesOn(effect: AuditEffect): boolean {
  return effect === 'survives' || effect === 'degraded'
}

export interface AuditScore {
  readonly right: number
  readonly of: number
  /** Single points of failure without a mark, and marks on what is none. */
  readonly missed: readonly AuditRow[]
  readonly wrong: readonly AuditRow[]
}

/** What is a single point of failure: as proved, or where nothing is proved, as predicted. */
export function isSpof({ measured, predicted }: AuditRow): boolean {
  return measured?.spof ?? predicted.spof
}

/** How well a student marked them. */
export function scoreOf(rows: readonly AuditRow[], marks: readonly AuditComponent[]): AuditScore {
  const marked = new Set(marks.map(auditKey))
  const missed = rows.filter((row) => isSpof(row) && !marked.has(auditKey(row)))
  const wrong = rows.filter((row) => !isSpof(row) && marked.has(auditKey(row)))
  return { right: rows.length - missed.length - wrong.length, of: rows.length, missed, wrong }
}
