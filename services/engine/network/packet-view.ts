import type { PacketPredicate, PacketSummary } from '../../protocols/packets/index.ts'

/**
 * The packets that pass one filter, as positions: 0 is the first that ever passed. The oldest are forgotten as the NIC
 * forgets them; positions stay what they were.
 */
export class PacketView {
  readonly passes: PacketPredicate
  /** What the filter asks of traces, which packets may join later. */
  readonly usesTraces: boolean
  usedMs = 0
  /** State of the traces for which the positions hold. */
  traceVersion = 0
  private nos: number[] = []
  /** How many of `nos` are forgotten; cut off when they are many. */
  private gone = 0
  /** Position of `nos[0]`. */
  private base = 0

  constructor(passes: PacketPredicate, usesTraces: boolean) {
    this.passes = passes
    this.usesTraces = usesTraces
  }

  get firstIndex(): number {
    return this.base + this.gone
  }

  get endIndex(): number {
    return this.base + this.nos.length
  }

  add(summary: PacketSummary): void {
    if (this.passes(summary)) this.nos.push(summary.no)
  }

  /** Packets below `no` are not there any more. */
  forgetBefore(no: number): void {
    while (this.gone < this.nos.length && (this.nos[this.gone] ?? no) < no) this.gone += 1
    if (this.gone <= CUT_AT) return
    this.nos = this.nos.slice(this.gone)
    this.base += this.gone
    this.gone = 0
  }

  /** Looks through everything again. */
  rebuild(summaries: Iterable<PacketSummary>): void {
    this.nos = []
    this.gone = 0
    for (const summary of summaries) this.add(summary)
  }

  /** Numbers of the packets at positions `from` up to, not with, `from + limit`. */
  slice(from: number, limit: number): readonly number[] {
    const start = Math.max(from, this.firstIndex) - this.base
    return this.nos.slice(start, Math.max(start, from - this.base + limit))
  }

  /** The position of a packet; null when it does not pass. */
  find(no: number): number | null {
    let low = this.gone
    let high = this.nos.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = this.nos[middle] ?? 0
      if (found === no) return this.base + middle
      if (found < no) low = middle + 1
      else high = middle - 1
    }
    return null
  }
}

const CUT_AT = 10_000
