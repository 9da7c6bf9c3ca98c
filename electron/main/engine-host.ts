import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron'
import type { ShellNotice } from '../../services/contract/shell.ts'
import type { ToEngine } from './engine-messages.ts'
import { RestartBudget } from './restart-budget.ts'

/**
 * Runs the engine in a process of its own, from the moment when the first page asks for it: earlier, its start would only
 * delay the window's. Starts another one when it crashes.
 */
export class EngineHost {
  readonly #module: string
  readonly #root: string
  readonly #tell: (notice: ShellNotice) => void
  readonly #budget = new RestartBudget()
  #child: UtilityProcess | null = null
  #wasStarted = false
  #isStopping = false
  #lastExitCode = 0

  constructor(module: string, root: string, tell: (notice: ShellNotice) => void) {
    this.#module = module
    this.#root = root
    this.#tell = tell
  }

  #start(): void {
    this.#wasStarted = true
    const child = utilityProcess.fork(this.#module, [], { serviceName: 'Hoplab engine', stdio: 'inherit' })
    this.#child = child
    child.once('exit', (exitCode) => this.#ended(exitCode))
    this.#post({ type: 'start', root: this.#root })
  }

  /** A fresh port to the engine, or null when there is none any more. */
  openPort(): MessagePortMain | null {
    if (this.#isStopping) return null
    if (!this.#wasStarted) this.#start()
    if (this.#child === null) return null
    const { port1, port2 } = new MessageChannelMain()
    this.#post({ type: 'connect' }, [port1])
    return port2
  }

  /** Why there is no port. */
  get absence(): ShellNotice {
    return this.#isStopping ? { type: 'quitting' } : { type: 'engine-gone', exitCode: this.#lastExitCode }
  }

  /** Stops the lab and ends the engine, by force when it takes longer than `limitMs`. Never rejects. */
  async stop(limitMs: number): Promise<void> {
    this.#isStopping = true
    const child = this.#child
    if (child === null) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        // The lab's processes notice that their parent is gone and end themselves.
        child.kill()
        resolve()
      }, limitMs)
      child.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#post({ type: 'dispose' })
    })
  }

  #post(message: ToEngine, ports: MessagePortMain[] = []): void {
    this.#child?.postMessage(message, ports)
  }

  #ended(exitCode: number): void {
    this.#child = null
    this.#lastExitCode = exitCode
    if (this.#isStopping) return
    if (this.#budget.take()) {
      this.#start()
      this.#tell({ type: 'engine-restarted', exitCode })
    } else {
      this.#tell({ type: 'engine-gone', exitCode })
    }
  }
}
