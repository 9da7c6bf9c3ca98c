import type { NicPort } from '../../protocols/nic/config.ts'
import { samePort } from './nic-ports.ts'
import type { NicOrder } from './nic-process.ts'

type PortState = NicPort & { readonly open: boolean }

/** The ports that the network cards look after, and which of them are open. */
export class CardPorts {
  private readonly order: (order: NicOrder) => Promise<void>
  private readonly watchers = new Set<() => void>()
  private ports: readonly PortState[] = []

  /** `order` is given to the cards' process; one that is not there learns by its configuration. */
  constructor(order: (order: NicOrder) => Promise<void>) {
    this.order = order
  }

  /** For a new process: the ports that it shall look after, the planned ones and those that came later. */
  configure(planned: readonly NicPort[]): readonly NicPort[] {
    const later = this.ports.filter((port) => !planned.some((one) => samePort(one, port)))
    this.ports = [...planned, ...later].map((port) => ({ ...port, open: false }))
    return this.ports.map(({ host, service, transport, port }) => ({ host, service, transport, port }))
  }

  /** The cards' process is gone. */
  allClosed(): void {
    this.ports = this.ports.map((port) => ({ ...port, open: false }))
  }

  forgetHost(host: string): void {
    this.ports = this.ports.filter((port) => port.host !== host)
  }

  /** What the cards say of a port. */
  note(status: PortState): void {
    this.ports = this.ports.map((port) => (samePort(port, status) ? { ...port, open: status.open } : port))
    for (const watcher of [...this.watchers]) watcher()
  }

  /** Looks after a port from now on; the card opens it while a process listens behind it. */
  async open(port: NicPort): Promise<void> {
    if (!this.ports.some((one) => samePort(one, port))) {
      this.ports = [...this.ports, { ...port, open: false }]
      await this.order({ type: 'addPort', port })
    }
    await this.tell(port, true)
  }

  /** Resolves when the card has closed the port. */
  close(port: NicPort): Promise<void> {
    return this.tell(port, false)
  }

  /** A service's process has come or gone. A second one of it may listen on another port. */
  processChanged(service: string, number: number | null | undefined, runs: boolean): void {
    for (const port of this.ports) if (port.service === service && port.port === number) void this.tell(port, runs)
  }

  /** Resolves when all of them are open, or `signal` aborts. */
  async untilOpen(wanted: readonly NicPort[], signal: AbortSignal): Promise<void> {
    const isOpen = (): boolean => wanted.every((port) => this.ports.some((one) => one.open && samePort(one, port)))
    void Promise.all(wanted.map((port) => this.open(port)))
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isOpen() && !signal.aborted) return
        this.watchers.delete(look)
        signal.removeEventListener('abort', look)
        resolve()
      }
      this.watchers.add(look)
      signal.addEventListener('abort', look)
      look()
    })
  }

  private tell({ host, port, transport }: NicPort, open: boolean): Promise<void> {
    return this.order({ type: 'setPort', host, port, transport, open })
  }
}
