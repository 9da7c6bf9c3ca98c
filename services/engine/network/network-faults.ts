import type { WireFault, WireFigures } from '../../protocols/nic/faults.ts'
import type { PlannedService } from '../plan/lab-plan.ts'
import type { NicOrder } from './nic-process.ts'

/** What is broken of the network, and what the NIC measures of it. A NIC that is started anew is told of all of it. */
export class NetworkFaults {
  private readonly tell: (order: NicOrder) => Promise<void>
  private readonly set = new Map<number, WireFault>()
  private measured: readonly WireFigures[] = []

  /** `tell` gives an order to the NIC, or does nothing while none runs. */
  constructor(tell: (order: NicOrder) => Promise<void>) {
    this.tell = tell
  }

  get all(): readonly WireFault[] {
    return [...this.set.values()]
  }

  /** Resolves when it is in force. Throws with nothing left of it. */
  async add(fault: WireFault): Promise<void> {
    this.set.set(fault.fault, fault)
    try {
      await this.tell({ type: 'setFault', fault })
    } catch (error) {
      this.set.delete(fault.fault)
      throw error
    }
  }

  /** Resolves when nothing of it is left. */
  async clear(fault: number): Promise<void> {
    if (!this.set.delete(fault)) return
    await this.tell({ type: 'clearFault', fault })
  }

  /** Null before the first figures. */
  figuresOf(fault: number): WireFigures | null {
    return this.measured.find((one) => one.fault === fault) ?? null
  }

  take(figures: readonly WireFigures[]): void {
    this.measured = figures
  }

  /** Whether the NIC keeps the ports of a service open whatever the service does: it is out of reach, and refuses nobody. */
  keepsOpen({ id, host }: Pick<PlannedService, 'id' | 'host'>): boolean {
    return this.all.some(
      ({ order, place }) =>
        order.kind === 'unplug' && (place.on === 'host' ? place.host === host : place.only && place.service === id),
    )
  }
}
