import type { PacketFilterError } from '../../contract/index.ts'
import {
  compileFilter,
  Dissector,
  LabMap,
  parseFilter,
  refusalBetween,
  type LabPlaces,
  type PacketRecord,
  type PacketSummary,
  type TraceBook,
} from '../../protocols/packets/index.ts'
import { PacketView } from './packet-view.ts'

/** Views that are kept: each window has one or two. */
const MAX_VIEWS = 8
/** Half a gigabyte of summaries; older ones are as good as dropped. */
const MAX_SUMMARIES = 1_000_000
/** How many forgotten summaries may lie at the beginning of the list. */
const CUT_AT = 20_000

export type FoundView =
  { readonly view: PacketView; readonly error: null } | { readonly view: null; readonly error: PacketFilterError }

/** What each recorded packet is, in the order of the records, and the views on it. No payloads: those stay in the NIC. */
export class PacketStore {
  private readonly map: LabMap
  private readonly dissector: Dissector
  private readonly views = new Map<string, PacketView>()
  private summaries: PacketSummary[] = []
  private gone = 0
  /** Counts up when packets may have joined a trace. */
  private traceVersion = 0

  constructor(places: LabPlaces, traces: TraceBook) {
    this.map = new LabMap(places)
    this.dissector = new Dissector(this.map, traces)
  }

  /** Takes the next record. */
  add(record: PacketRecord): PacketSummary {
    const summary = this.dissector.add(record)
    this.summaries.push(summary)
    for (const view of this.views.values()) view.add(summary)
    if (this.summaries.length - this.gone > MAX_SUMMARIES) this.forgetBefore((this.summaries[this.gone]?.no ?? 0) + 1)
    return summary
  }

  /** Packets below `no` are not recorded any more. */
  forgetBefore(no: number): void {
    while (this.gone < this.summaries.length && (this.summaries[this.gone]?.no ?? no) < no) this.gone += 1
    for (const view of this.views.values()) view.forgetBefore(no)
    if (this.gone <= CUT_AT) return
    this.summaries = this.summaries.slice(this.gone)
    this.gone = 0
  }

  /** The refusal of a connection that was not recorded: there is no packet of it, so its number is 0. */
  refusal(from: string, to: string, timeNs: number): PacketSummary {
    return refusalBetween(this.map.flowBetween(from, to), timeNs)
  }

  /** The lab's places are others from now on; what is recorded keeps its names. */
  move(places: LabPlaces): void {
    this.map.move(places)
    // A filter that named nobody may name somebody now.
    this.views.clear()
  }

  noteTraces(): void {
    this.traceVersion += 1
  }

  clear(): void {
    this.summaries = []
    this.gone = 0
    this.views.clear()
    this.dissector.clear()
  }

  /** The summary of a packet, or undefined when it is not there (any more). */
  find(no: number): PacketSummary | undefined {
    let low = this.gone
    let high = this.summaries.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = this.summaries[middle]
      if (found === undefined || found.no === no) return found
      if (found.no < no) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }

  *all(): Generator<PacketSummary> {
    for (let at = this.gone; at < this.summaries.length; at += 1) {
      const summary = this.summaries[at]
      if (summary !== undefined) yield summary
    }
  }

  /** The view of a filter; its text is parsed and everything looked through when nobody has asked for it before. */
  view(filter: string): FoundView {
    const known = this.views.get(filter) ?? this.open(filter)
    if (!(known instanceof PacketView)) return { view: null, error: known }
    known.usedMs = Date.now()
    // Which trace a packet belongs to may turn out after the packet.
    if (known.usesTraces && known.traceVersion !== this.traceVersion) known.rebuild(this.all())
    known.traceVersion = this.traceVersion
    return { view: known, error: null }
  }

  private open(filter: string): PacketView | PacketFilterError {
    const parsed = parseFilter(filter, { names: this.map.names })
    if (!parsed.ok) return parsed.error
    const view = new PacketView(compileFilter(parsed.node), /\btrace/i.test(filter))
    view.rebuild(this.all())
    view.traceVersion = this.traceVersion
    this.views.set(filter, view)
    if (this.views.size > MAX_VIEWS) {
      const [oldest] = [...this.views].sort(([, one], [, other]) => one.usedMs - other.usedMs)
      if (oldest !== undefined) this.views.delete(oldest[0])
    }
    return view
  }
}
