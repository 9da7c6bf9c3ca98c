import {
  foldEvent,
  LabError,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type LabEvent,
  type LabState,
} from '../contract/index.ts'
import type { EngineConnection, LabEngine } from '../engine/index.ts'

/** A client of an engine in the same process: gives commands, keeps the state, waits for what is to come. */
export class LabFollower {
  state: LabState
  readonly #connection: EngineConnection
  readonly #watchers = new Set<() => void>()

  constructor(engine: LabEngine, onEvent: (event: LabEvent) => void = () => undefined) {
    this.#connection = engine.connect({
      onEvents: (events) => {
        for (const event of events) {
          if (event.seq <= this.state.seq) continue
          this.state = foldEvent(this.state, event)
          onEvent(event)
        }
        for (const watcher of this.#watchers) watcher()
      },
      onTerminalData: () => undefined,
    })
    this.state = this.#connection.functions.subscribe().state
  }

  /** Rejects with the command's `LabError`. */
  async run<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>> {
    const result = await this.#connection.functions.run(command, input)
    if (result.ok) return result.value
    throw new LabError(result.failure.code, result.failure.params)
  }

  /** Resolves with true as soon as the state is as wanted, with false when that took too long. */
  async waitFor(wanted: (state: LabState) => boolean, limitMs = Infinity): Promise<boolean> {
    if (wanted(this.state)) return true
    return new Promise((resolve) => {
      const settle = (found: boolean): void => {
        clearTimeout(timer)
        this.#watchers.delete(watcher)
        resolve(found)
      }
      const watcher = (): void => {
        if (wanted(this.state)) settle(true)
      }
      const timer = Number.isFinite(limitMs) ? setTimeout(() => settle(false), limitMs) : undefined
      this.#watchers.add(watcher)
    })
  }

  close(): void {
    this.#connection.close()
  }
}
