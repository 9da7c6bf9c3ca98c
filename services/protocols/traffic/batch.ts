/** What the load generator tells whoever started it, over the process's IPC channel (`serialization: 'advanced'`). */

/** Requests that got their outcome, in columns of equal length: at 2,000 a second objects would cost more than requests. */
export interface TrafficColumns {
  /** Number of the request in its schedule. */
  readonly index: Uint32Array
  /** Sent this much later than it was due, in microseconds. */
  readonly lagUs: Uint32Array
  /** From when it was due to its end, in microseconds. */
  readonly latencyUs: Uint32Array
  /** See outcomes.ts. */
  readonly outcome: Uint8Array
  /** The answer's status; 0 without an answer. */
  readonly status: Uint16Array
  /** Places in `releases` and `chains`, counted over all batches of the run; only of use where there was an answer. */
  readonly release: Uint16Array
  readonly chain: Uint16Array
  /** 1 when it was sent a second time. */
  readonly retried: Uint8Array
}

export interface TrafficBatch {
  readonly columns: TrafficColumns
  /** Names that are new in this batch: they follow those of earlier ones. */
  readonly releases: readonly string[]
  readonly chains: readonly string[]
  /** How many requests were due, and how many of them sent, at this moment of the run. */
  readonly atMs: number
  readonly due: number
  readonly sent: number
}

export type GeneratorReport =
  /** The first request is due at this moment (milliseconds since the epoch). */
  | { readonly type: 'started'; readonly atMs: number }
  | { readonly type: 'batch'; readonly batch: TrafficBatch }
  /** All outcomes are told; requests were due until `lengthMs`. */
  | { readonly type: 'finished'; readonly lengthMs: number }

/** Ends the run: nothing more is due; what is in flight gets its outcome. */
export interface GeneratorCommand {
  readonly type: 'stop'
}

/** Fills columns, one request after the other. */
export class ColumnsBuilder {
  private size = 0
  private columns = makeColumns(256)

  get length(): number {
    return this.size
  }

  add(row: { readonly [Column in keyof TrafficColumns]: number }): void {
    if (this.size === this.columns.index.length) this.columns = growColumns(this.columns, this.size * 2)
    const { columns, size } = this
    columns.index[size] = row.index
    columns.lagUs[size] = row.lagUs
    columns.latencyUs[size] = row.latencyUs
    columns.outcome[size] = row.outcome
    columns.status[size] = row.status
    columns.release[size] = row.release
    columns.chain[size] = row.chain
    columns.retried[size] = row.retried
    this.size += 1
  }

  /** Copies of what was added since the last time. */
  take(): TrafficColumns {
    const { columns, size } = this
    this.size = 0
    return {
      index: columns.index.slice(0, size),
      lagUs: columns.lagUs.slice(0, size),
      latencyUs: columns.latencyUs.slice(0, size),
      outcome: columns.outcome.slice(0, size),
      status: columns.status.slice(0, size),
      release: columns.release.slice(0, size),
      chain: columns.chain.slice(0, size),
      retried: columns.retried.slice(0, size),
    }
  }
}

function makeColumns(size: number): TrafficColumns {
  return {
    index: new Uint32Array(size),
    lagUs: new Uint32Array(size),
    latencyUs: new Uint32Array(size),
    outcome: new Uint8Array(size),
    status: new Uint16Array(size),
    release: new Uint16Array(size),
    chain: new Uint16Array(size),
    retried: new Uint8Array(size),
  }
}

/** The same columns with room for `size` requests. */
export function growColumns(columns: TrafficColumns, size: number): TrafficColumns {
  const grown = makeColumns(size)
  grown.index.set(columns.index)
  grown.lagUs.set(columns.lagUs)
  grown.latencyUs.set(columns.latencyUs)
  grown.outcome.set(columns.outcome)
  grown.status.set(columns.status)
  grown.release.set(columns.release)
  grown.chain.set(columns.chain)
  grown.retried.set(columns.retried)
  return grown
}
