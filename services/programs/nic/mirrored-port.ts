import type { PortStatus } from '../../protocols/nic/messages.ts'
import type { HostPort } from './hosts.ts'
import { PortWatch } from './port-watch.ts'

export interface PortListener {
  portChanged(status: PortStatus, why: string): void
}

/** How long a port that could not be opened is left alone. */
const OPEN_RETRY_MS = 1000

/**
 * A port outside that is open exactly while a process listens on the same port inside: who calls a host whose process is
 * dead is refused, as without a NIC.
 */
export abstract class MirroredPort {
  readonly index: number
  readonly place: HostPort
  private readonly listener: PortListener
  private readonly watch: PortWatch
  /** A process listens behind it. */
  private open = false
  /** The socket outside is there: while it is open, unless faults say otherwise. */
  private listening = false
  /** What faults do to everybody who calls. */
  private forAll: 'refuse' | 'silence' | null = null
  /** False while the engine says that there is no process. */
  private wanted = true
  private opening = false
  private ended = false
  private retry: NodeJS.Timeout | null = null
  /** The failure that was reported last, so that it is reported once. */
  private failure: string | null = null

  constructor(index: number, place: HostPort, listener: PortListener) {
    this.index = index
    this.place = place
    this.listener = listener
    this.watch = new PortWatch(
      () => this.listens(),
      () => this.openNow(),
    )
  }

  get status(): PortStatus {
    return { ...this.place.port, open: this.open }
  }

  /** Looks whether somebody listens inside; resolves after the first look. */
  start(): Promise<void> {
    return this.watch.start()
  }

  /** What the engine knows of the process: started, or ended. */
  setWanted(wanted: boolean): void {
    this.wanted = wanted
    if (!wanted) {
      this.watch.stop()
      this.closeNow('its process has ended')
    } else if (!this.open) void this.watch.start()
  }

  /** Closes the port and ends all that goes through it, for good. */
  stop(): void {
    this.ended = true
    this.watch.stop()
    if (this.retry !== null) clearTimeout(this.retry)
    this.listening = false
    this.unlisten()
    this.endAll()
  }

  /**
   * Faults: who is refused finds the port closed although a process listens; where silence reigns it is there although
   * none does, since a host that is out of reach refuses nobody. Resolves when it is so.
   */
  protected async setForAll(forAll: 'refuse' | 'silence' | null): Promise<void> {
    if (this.forAll === forAll || this.ended) return
    this.forAll = forAll
    this.unlistenWhereDue()
    if (!this.shouldListen) return
    try {
      await this.listenOnce()
    } catch (error) {
      this.openFailed(error)
    }
  }

  private get shouldListen(): boolean {
    return !this.ended && this.forAll !== 'refuse' && (this.open || this.forAll === 'silence')
  }

  private unlistenWhereDue(): void {
    if (!this.listening || this.shouldListen) return
    this.listening = false
    this.unlisten()
  }

  /** Listens unless it does already, or must not. */
  private async listenOnce(): Promise<void> {
    if (this.listening || this.forAll === 'refuse') return
    this.listening = true
    try {
      await this.listen()
    } catch (error) {
      this.listening = false
      throw error
    }
    // What was asked meanwhile.
    if (!this.listening) this.unlisten()
  }

  protected closeNow(why: string): void {
    if (!this.open) return
    this.open = false
    this.unlistenWhereDue()
    this.listener.portChanged(this.status, why)
  }

  protected watchAgain(): void {
    if (this.wanted && !this.ended && !this.watch.running) void this.watch.start()
  }

  /** Listens outside. Rejects when it cannot. */
  protected abstract listen(): Promise<void>
  protected abstract unlisten(): void
  /** Whether a process listens inside. */
  protected abstract listens(): Promise<boolean>
  protected abstract endAll(): void

  private async openNow(): Promise<void> {
    if (this.opening || this.open) return
    this.opening = true
    try {
      await this.listenOnce()
    } catch (error) {
      this.openFailed(error)
      return
    }
    this.opening = false
    if (!this.wanted || this.ended) return this.unlistenWhereDue()
    this.open = true
    this.failure = null
    this.listener.portChanged(this.status, 'its process listens')
  }

  /** Somebody else has the port, mostly. */
  private openFailed(error: unknown): void {
    this.opening = false
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    if (this.failure !== code) this.listener.portChanged(this.status, `it could not be opened (${code})`)
    this.failure = code
    if (this.retry !== null) clearTimeout(this.retry)
    this.retry = setTimeout(() => this.watchAgain(), OPEN_RETRY_MS)
  }
}
