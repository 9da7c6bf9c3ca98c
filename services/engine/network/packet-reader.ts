import { decodeRecord } from '../../protocols/packets/index.ts'
import { NicFailure, type NicProcess } from './nic-process.ts'
import type { PacketStore } from './packet-store.ts'

/** Often enough that a list looks live, seldom enough to cost nothing while nothing happens. */
const READ_EVERY_MS = 100
/** Records of one answer: the NIC forwards nothing while it writes one. */
const PAGE_RECORDS = 500
/**
 * Pages of one turn. 10,000 records a second are far more than a person reads; beyond them the processor is left to the
 * lab, and records are left out. While a request of the browser is under way more are read, for its trace.
 */
const PAGES_A_TURN = 2
const PAGES_WHILE_TRACING = 8
const TRACING_MS = 3000
/** So far behind, records are left out: a list that comes seconds late helps nobody. */
const MAX_BEHIND = 10_000

export interface PacketReaderOwner {
  readonly store: PacketStore
  /** Records were read. */
  read(): void
  /** Records went by too fast and were left out. */
  skipped(count: number): void
}

/** Reads the NIC's records into the store, in order. */
export class PacketReader {
  private readonly nic: NicProcess
  private readonly owner: PacketReaderOwner
  private nextNo = 1
  private timer: NodeJS.Timeout | null = null
  private reading: Promise<void> | null = null
  private tracingUntilMs = 0

  constructor(nic: NicProcess, owner: PacketReaderOwner) {
    this.nic = nic
    this.owner = owner
    this.timer = setInterval(() => void this.readOn(), READ_EVERY_MS)
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  /** A request of the browser begins: what is recorded from now on matters more. */
  noteTrace(): void {
    this.tracingUntilMs = performance.now() + TRACING_MS
  }

  /** Resolves when everything is read that was recorded before the call (or as much as one turn takes). */
  async catchUp(): Promise<void> {
    await this.reading
    await this.readOn()
  }

  private readOn(): Promise<void> {
    this.reading ??= this.readPages()
      .catch((error: unknown) => {
        // The NIC ended; its exit says so.
        if (!(error instanceof NicFailure)) throw error
      })
      .finally(() => {
        this.reading = null
      })
    return this.reading
  }

  private async readPages(): Promise<void> {
    const before = this.nextNo
    const pages = performance.now() < this.tracingUntilMs ? PAGES_WHILE_TRACING : PAGES_A_TURN
    for (let page = 0; page < pages && this.timer !== null; page += 1) {
      const answer = await this.nic.ask({ type: 'records', fromNo: this.nextNo, limit: PAGE_RECORDS })
      if (this.timer === null) return
      this.owner.store.forgetBefore(answer.firstNo)
      for (const record of answer.records) this.owner.store.add(decodeRecord(record))
      this.nextNo = Math.max(answer.firstNo, (answer.records.at(-1)?.no ?? this.nextNo - 1) + 1)
      const behind = answer.nextNo - this.nextNo
      if (behind <= 0) break
      if (behind > MAX_BEHIND) this.skip(behind)
    }
    if (this.nextNo > before) this.owner.read()
  }

  private skip(behind: number): void {
    this.nextNo += behind
    this.owner.skipped(behind)
  }
}
