import { FrameQueue } from './frame-queue.ts'
import { TerminalSession, type SessionOptions } from './terminal-session.ts'
import { WritePump } from './write-pump.ts'

type Shared = Pick<SessionOptions, 'client' | 'onFailure' | 'preferences'> & {
  readonly onAction: (service: string, action: Parameters<SessionOptions['onAction']>[0]) => void
}

/** The terminals of one lab. A terminal is made when it is first looked at. */
export class TerminalSessions {
  private readonly shared: Shared
  private readonly pump = new WritePump()
  private readonly turns = new FrameQueue()
  private readonly sessions = new Map<string, TerminalSession>()

  constructor(shared: Shared) {
    this.shared = shared
  }

  /** The service's terminal, made on first need. */
  open(service: string): TerminalSession {
    const known = this.sessions.get(service)
    if (known) return known
    const session = new TerminalSession({
      service,
      client: this.shared.client,
      pump: this.pump,
      turns: this.turns,
      preferences: this.shared.preferences,
      onAction: (action) => this.shared.onAction(service, action),
      onFailure: this.shared.onFailure,
    })
    this.sessions.set(service, session)
    return session
  }

  /** The service's terminal when it was looked at before. */
  find(service: string): TerminalSession | null {
    return this.sessions.get(service) ?? null
  }

  applyPreferences(): void {
    for (const session of this.sessions.values()) session.applyPreferences()
  }

  /** Ends all terminals: their lab is gone. */
  dispose(): void {
    for (const session of this.sessions.values()) session.dispose()
    this.sessions.clear()
  }
}
