import { KEPT_TRACES, LabError, type NewLabEvent, type Trace, type TraceSummary } from '../../contract/index.ts'
import { TraceBook, type PacketSummary } from '../../protocols/packets/index.ts'

/** Requests of the browser whose packets may still come. */
const MAX_WANTED = 1000
/** A refusal is told a few milliseconds late: it belongs to one of the last traces. */
const TRACES_UNDER_WAY = 3

/** The traces of the browser's requests, and what clients are told of them. Traffic of others carries ids too, and is none. */
export class TraceKeeper {
  readonly book: TraceBook
  private readonly emit: (event: NewLabEvent) => void
  private readonly wanted = new Map<string, { readonly atMs: number; readonly stepped: boolean }>()
  private readonly changed = new Set<number>()

  /** `onChange`: packets may have joined a trace. */
  constructor(emit: (event: NewLabEvent) => void, onChange: () => void) {
    this.emit = emit
    this.book = new TraceBook({
      keep: KEPT_TRACES,
      wanted: (traceId) => this.wanted.has(traceId),
      changed: (id) => {
        this.changed.add(id)
        onChange()
      },
    })
  }

  /** The browser begins a request. */
  expect(traceId: string, stepped: boolean): void {
    this.wanted.set(traceId, { atMs: Date.now(), stepped })
    const [oldest] = this.wanted.keys()
    if (this.wanted.size > MAX_WANTED && oldest !== undefined) this.wanted.delete(oldest)
  }

  /** A connection that no network card saw because nobody listened: it may belong to any trace that is under way. */
  noteRefused(summary: PacketSummary): void {
    this.book.refused(summary)
    for (const id of this.book.ids.slice(-TRACES_UNDER_WAY)) this.changed.add(id)
  }

  /** Tells what has changed since the last call. */
  tell(): void {
    for (const id of this.changed) {
      const trace = this.book.read(id)
      if (trace !== null) this.emit({ type: 'traceChanged', trace: this.summarise(trace) })
    }
    this.changed.clear()
  }

  /** Throws `TRACE_UNKNOWN`. */
  read(id: number): Trace {
    const trace = this.book.read(id)
    if (trace === null) throw new LabError('TRACE_UNKNOWN', { trace: id, known: this.book.ids.join(', ') || '-' })
    return trace
  }

  clear(): void {
    this.book.clear()
    this.changed.clear()
  }

  private summarise(trace: Trace): TraceSummary {
    const known = this.wanted.get(trace.traceId)
    const ended = trace.endNs !== null
    return {
      id: trace.id,
      traceId: trace.traceId,
      atMs: known?.atMs ?? Date.now(),
      url: trace.url,
      status: trace.status,
      totalMs: trace.endNs === null ? null : (trace.endNs - trace.startNs) / 1e6,
      hops: trace.hops.length,
      failed: ended && (trace.status === null || trace.status >= 500),
      stepped: known?.stepped ?? false,
    }
  }
}
