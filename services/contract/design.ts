import type { BalanceAlgorithm, Engine } from './names.ts'
import { fillSentence, type ErrorParams } from './errors.ts'

/**
 * The design of a lab: its topology (hosts, services, balancing, workers) and its zone, as a history of changes that can
 * be undone and done again. Faults and kills are no design: they are repaired.
 */

/** Every kind of change, with the English sentence that names it; the window says it in its own language. */
export const CHANGE_SENTENCES = {
  addServerPair: 'Add {host}',
  removeServerPair: 'Remove {host}',
  setAlgorithm: 'Balance by {algorithm} at {balancer}',
  setServerWeight: 'Weight {weight} for {server} at {balancer}',
  setServerBackup: 'Use {server} as a backup at {balancer}',
  setServerActive: 'Use {server} as an active server at {balancer}',
  activeActive: 'All servers active at {balancer}',
  activePassive: 'Only {server} active at {balancer}',
  setWorkers: '{workers} workers for {service}',
  unmodelWorkers: 'No modelled workers for {service}',
  editZone: 'Edit the zone {zone}',
  resetDesign: 'Return to the shipped design',
} as const satisfies Record<string, string>

export type ChangeKind = keyof typeof CHANGE_SENTENCES

/** What a change is called: `Undo: Add server-3`. */
export interface ChangeLabel {
  readonly kind: ChangeKind
  readonly params: ErrorParams
  /** The English sentence. */
  readonly text: string
}

/** The label of a change; `params` fill the places of its sentence. */
export function changeLabel(kind: ChangeKind, params: ErrorParams = {}): ChangeLabel {
  return { kind, params, text: fillSentence(CHANGE_SENTENCES[kind], params) }
}

/** HAProxy's largest weight. */
export const MAX_SERVER_WEIGHT = 256

/**
 * `activeActive`: all servers work; one that is lost takes its share of the capacity with it. `activePassive`: one works,
 * the others wait until it is lost.
 */
export const BALANCE_PRESETS = ['activeActive', 'activePassive'] as const
export type BalancePreset = (typeof BALANCE_PRESETS)[number]

/** `apply`: for the first time. */
export const CHANGE_WAYS = ['apply', 'undo', 'redo'] as const
export type ChangeWay = (typeof CHANGE_WAYS)[number]

/** What is being done for a change that takes its time. */
export const DESIGN_STEPS = [
  /** Files and codebase of a new host. */
  'install',
  'start',
  /** Until it answers its health check through its network card. */
  'health',
  /** Until the balancer sends it requests. */
  'register',
  'drain',
  /** Until its last session is over. */
  'sessions',
  'stop',
  /** The balancer reads its new configuration. */
  'reload',
  /** An application server reads its new workers. */
  'workers',
  'restart',
] as const
export type DesignStep = (typeof DESIGN_STEPS)[number]

/** A change on its way. */
export interface DesignWork {
  readonly label: ChangeLabel
  readonly way: ChangeWay
  readonly startedAtMs: number
  readonly step: DesignStep | null
  /** The host or service that the step is about. */
  readonly place: string | null
}

/** One server behind a balancer, as the design says; what the balancer thinks of it is in `LabState.backends`. */
export interface DesignedServer {
  readonly service: string
  /** 0 to 256 (HAProxy manual, `weight`). */
  readonly weight: number
  /** Gets requests only while no other server can (HAProxy manual, `backup`). */
  readonly backup: boolean
}

export interface DesignedBalancer {
  readonly balancer: string
  readonly engine: Engine
  readonly algorithm: BalanceAlgorithm
  readonly servers: readonly DesignedServer[]
}

/** A host with a web server and its application server, behind a balancer. */
export interface ServerPair {
  readonly host: string
  readonly web: string
  readonly app: string
}

export interface DesignState {
  /** The changes that are in force and can be undone, oldest first. */
  readonly changes: readonly ChangeLabel[]
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly undoLabel: ChangeLabel | null
  readonly redoLabel: ChangeLabel | null
  readonly work: DesignWork | null
  /** Whether the topology differs from the one that the lab came with. */
  readonly changed: boolean
  readonly pairs: readonly ServerPair[]
  readonly balancers: readonly DesignedBalancer[]
  /** Why no pair can be added; null where one can. */
  readonly addBlocked: AddBlock | null
}

/** No balancer with a pair behind it, or as many pairs as there is room for. */
export type AddBlock = 'no-pair' | 'full'

/** More pairs than a school machine or a topology's drawing takes. */
export const MAX_PAIRS = 8

export const NO_DESIGN: DesignState = {
  changes: [],
  canUndo: false,
  canRedo: false,
  undoLabel: null,
  redoLabel: null,
  work: null,
  changed: false,
  pairs: [],
  balancers: [],
  addBlocked: 'no-pair',
}

/** A change that has come into force, or was taken back. */
export interface ChangeDone {
  readonly label: ChangeLabel
  readonly way: ChangeWay
}

/** Part of the events of the lab. */
export interface DesignEvents {
  /** `done`: what brought it about; null for a step on the way. */
  designChanged: { readonly design: DesignState; readonly done: ChangeDone | null }
  /**
   * The workspace holds a design from before. `taken`: the lab starts with it; else it was made for another version of
   * the topology and was put aside at `path`.
   */
  designFound: { readonly taken: boolean; readonly path: string }
}

export interface DesignOutputs {
  /** Answers when the lab is as before the last change. */
  undo: ChangeDone
  /** Answers when the last change that was undone is in force again. */
  redo: ChangeDone
  /** Answers when the new pair gets its share of the requests. */
  addServerPair: ServerPair
  /** Answers when it is drained and gone. Its files stay in the workspace. */
  removeServerPair: ChangeDone
  setAlgorithm: ChangeDone
  setServerWeight: ChangeDone
  setServerBackup: ChangeDone
  applyPreset: ChangeDone
  /** Back to the topology that the lab came with; can be undone. */
  resetDesign: ChangeDone
}
