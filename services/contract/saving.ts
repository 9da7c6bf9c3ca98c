/** Snapshots of a lab's state, and labs as single files. */

/** A lab file is a gzip-compressed tar archive (POSIX.1-2001 pax) with this ending. */
export const LAB_FILE_ENDING = '.hoplab'
/** A lab file, and what is in it. More is no classroom's lab; it goes over the client's channel in one message. */
export const LAB_FILE_LIMITS = { bytes: 32 * 1024 * 1024, unpackedBytes: 512 * 1024 * 1024, files: 20_000 } as const
export const MOST_SNAPSHOTS = 50

/** What `LAB_FILE_TOO_LARGE` says: both rounded up to whole MiB. */
export function inMebibytes(bytes: number, most: number): { readonly size: number; readonly most: number } {
  const mebibytes = (value: number): number => Math.ceil(value / (1024 * 1024))
  return { size: mebibytes(bytes), most: mebibytes(most) }
}

/** The state of a lab at a moment: the releases of every server, which one is live, and the databases. */
export interface SnapshotInfo {
  readonly name: string
  readonly takenAtMs: number
  readonly bytes: number
  readonly hosts: readonly { readonly host: string; readonly release: string | null }[]
  readonly databases: readonly { readonly host: string; readonly file: string }[]
}

export const SAVING_KINDS = ['take', 'restore', 'delete', 'pack'] as const
export type SavingKind = (typeof SAVING_KINDS)[number]

/** `name` is the snapshot's, or '' for a lab file. */
export interface SavingWork {
  readonly kind: SavingKind
  readonly name: string
}

/** Part of the state of the lab. */
export interface SavingState {
  /** Newest first. */
  readonly snapshots: readonly SnapshotInfo[]
  /** What is under way. */
  readonly saving: SavingWork | null
}

export const NO_SAVING: SavingState = { snapshots: [], saving: null }

export interface SavingEvents {
  /** `done`: what has just ended well; null for news on the way, and after a failure. */
  savingChanged: SavingState & { readonly done: SavingWork | null }
}

/** A lab as one file. */
export interface LabFile {
  /** A name for it, with its ending. */
  readonly name: string
  readonly bytes: number
  readonly base64: string
}

export interface SavingOutputs {
  /** Answers when it is whole on the disk. The lab goes on meanwhile. */
  takeSnapshot: SnapshotInfo
  /** Answers when every server is back as it was then; what was before is kept as the snapshot `before`. */
  restoreSnapshot: { readonly name: string; readonly before: string }
  deleteSnapshot: null
  packLab: LabFile
}
