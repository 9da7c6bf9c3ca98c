import {
  NO_PROGRAM_FAULTS,
  type DnsFault,
  type ProgramFaults,
  type ProgramFigures,
} from '../../../protocols/faults/program-faults.ts'
import { Counted } from './counted.ts'
import { FailingShare } from './error-rate.ts'
import { Slow } from './slow.ts'

/**
 * The faults of this process. Everything is null while nothing is wrong, so that a request costs one comparison. A part
 * that did not change keeps its counts when another one does.
 */
class ActiveFaults {
  slow: Slow | null = null
  errors: FailingShare | null = null
  diskFull: Counted | null = null
  dns: { readonly fault: DnsFault; readonly counted: Counted } | null = null
  private told: ProgramFaults = NO_PROGRAM_FAULTS

  follow(next: ProgramFaults): void {
    const before = this.told
    this.told = next
    if (next.slowMs !== before.slowMs) this.slow = next.slowMs > 0 ? new Slow(next.slowMs) : null
    if (!isSame(next.errors, before.errors)) this.errors = next.errors === null ? null : new FailingShare(next.errors)
    if (next.diskFull !== before.diskFull) this.diskFull = next.diskFull ? new Counted() : null
    if (!isSame(next.dns, before.dns)) this.dns = next.dns === null ? null : { fault: next.dns, counted: new Counted() }
  }

  get isNone(): boolean {
    return this.slow === null && this.errors === null && this.diskFull === null && this.dns === null
  }

  figures(): ProgramFigures {
    const counts = [this.errors, this.diskFull, this.dns?.counted].filter((one) => one !== null && one !== undefined)
    const sum = (of: (one: { failed: number; passed: number }) => number): number =>
      counts.reduce((total, one) => total + of(one), 0)
    return {
      revision: this.told.revision,
      delayMs: this.slow?.medianMs ?? null,
      failed: sum(({ failed }) => failed),
      passed: sum(({ passed }) => passed),
      wrong: this.dns?.counted.wrong ?? 0,
    }
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

export const activeFaults = new ActiveFaults()
