import { CliError, EXIT } from './failures.ts'

/** One Ctrl-C can arrive twice: from the terminal, and passed on by npm or the launcher. */
const SAME_PRESS_MS = 400

type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'
const ENDING_SIGNALS: readonly EndingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export interface SignalSource {
  on(signal: EndingSignal, listener: () => void): unknown
  off(signal: EndingSignal, listener: () => void): unknown
}

/** Ctrl-C and its kin: the first asks for a clean end, the second ends at once. */
export class Interrupt {
  readonly #controller = new AbortController()
  readonly #source: SignalSource
  readonly #endAtOnce: (exitCode: number) => void
  readonly #now: () => number
  #firstAtMs = 0
  readonly #listener = (): void => this.#take()

  constructor(
    source: SignalSource = process,
    endAtOnce: (exitCode: number) => void = (code) => process.exit(code),
    now: () => number = () => performance.now(),
  ) {
    this.#source = source
    this.#endAtOnce = endAtOnce
    this.#now = now
    for (const signal of ENDING_SIGNALS) source.on(signal, this.#listener)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Resolves at the first Ctrl-C. */
  get happened(): Promise<void> {
    const { signal } = this
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }

  /** The work's own outcome, or a rejection with `INTERRUPTED` as soon as the person wants to leave. */
  async during<Value>(work: Promise<Value>): Promise<Value> {
    const interrupted = this.happened.then(() => {
      throw new CliError('INTERRUPTED', 'Interrupted.')
    })
    return Promise.race([work, interrupted])
  }

  dispose(): void {
    for (const signal of ENDING_SIGNALS) this.#source.off(signal, this.#listener)
  }

  #take(): void {
    if (!this.signal.aborted) {
      this.#firstAtMs = this.#now()
      this.#controller.abort()
    } else if (this.#now() - this.#firstAtMs > SAME_PRESS_MS) {
      this.#endAtOnce(EXIT.interrupted)
    }
  }
}
