import type { PacketFault } from '../../../protocols/nic/records.ts'
import { fateOf, noteArrival } from './fates.ts'
import type { ActiveFault } from './wire-faults.ts'

interface UnderWay {
  readonly timer: NodeJS.Timeout
  readonly isFree: () => boolean
  readonly arrive: () => void
}

/** The datagrams of a port that faults lie in the way of: late, or lost. They may overtake each other. */
export class DatagramWire {
  private readonly underWay = new Set<UnderWay>()

  /**
   * `faultsOn` tells what lies in the way, now and later; `deliver` is called when the datagram arrives, if it does.
   * Returns what the list of packets says of it, and how long it is kept on the way.
   */
  send(
    out: boolean,
    bytes: number,
    faultsOn: () => readonly ActiveFault[],
    deliver: () => void,
  ): { readonly mark: PacketFault | null; readonly delayMs: number } {
    const faults = faultsOn()
    const cameMs = performance.now()
    const { fate, mark } = fateOf({ transport: 'udp', out, bytes, readyMs: cameMs }, faults)
    if (typeof fate !== 'number') return { mark, delayMs: 0 }
    const arrive = (): void => {
      noteArrival(faults, bytes, performance.now() - cameMs)
      deliver()
    }
    if (fate <= cameMs) arrive()
    else this.later(fate - cameMs, () => faultsOn().length === 0, arrive)
    return { mark, delayMs: Math.max(0, fate - cameMs) }
  }

  /** Other faults lie in the way: where there are none any more, what is under way arrives at once. */
  change(): void {
    for (const one of [...this.underWay]) {
      if (!one.isFree()) continue
      clearTimeout(one.timer)
      this.underWay.delete(one)
      one.arrive()
    }
  }

  /** Nothing arrives any more. */
  close(): void {
    for (const { timer } of this.underWay) clearTimeout(timer)
    this.underWay.clear()
  }

  private later(ms: number, isFree: () => boolean, arrive: () => void): void {
    const timer = setTimeout(() => {
      this.underWay.delete(one)
      arrive()
    }, ms)
    const one: UnderWay = { timer, isFree, arrive }
    this.underWay.add(one)
  }
}
