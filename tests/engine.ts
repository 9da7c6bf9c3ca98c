import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  foldEvent,
  LabError,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type LabEvent,
  type LabState,
  type ServiceState,
} from '../services/contract/index.ts'
import { createEngine } from '../services/engine/create-engine.ts'
import type { EngineOptions, LabEngine } from '../services/engine/index.ts'

/** A real engine in folders of its own, for integration tests. It runs the bundled programs, as the product does. */

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export interface TestEngine {
  readonly engine: LabEngine
  readonly options: EngineOptions
  readonly folder: string
  readonly events: readonly LabEvent[]
  state(): LabState
  service(id: string): ServiceState
  /** Runs a command as a client does; throws `LabError` when it fails. */
  run<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>>
  /** Resolves with the first event, also an earlier one, that fits. */
  waitFor(fits: (event: LabEvent) => boolean): Promise<LabEvent>
  /** Resolves when the state is as wanted. */
  until(fits: (state: LabState) => boolean): Promise<LabState>
  /** Ends the engine and removes its folders. */
  close(): Promise<void>
}

export async function testOptions(): Promise<{ folder: string; options: EngineOptions }> {
  const folder = await mkdtemp(join(tmpdir(), 'hoplab-test-'))
  const options = {
    nodePath: process.execPath,
    programsDir: join(ROOT, 'out', 'programs'),
    resourcesDir: join(ROOT, 'resources'),
    stateDir: join(folder, 'state'),
    workspacesDir: join(folder, 'workspaces'),
  }
  return { folder, options }
}

export async function openTestEngine(change: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const made = await testOptions()
  const options = { ...made.options, ...change }
  const engine = await createEngine(options)
  const events: LabEvent[] = []
  let state: LabState | null = null
  const watchers = new Set<() => void>()
  const connection = engine.connect({
    onEvents: (batch) => {
      events.push(...batch)
      watchers.forEach((watcher) => watcher())
    },
    onTerminalData: () => undefined,
  })
  const { state: first, recent } = connection.functions.subscribe()
  events.push(...recent)
  let folded = recent.length
  const current = (): LabState => {
    state ??= first
    for (; folded < events.length; folded += 1) {
      const event = events[folded]
      if (event) state = foldEvent(state, event)
    }
    return state
  }
  const until = <Value>(look: () => Value | undefined): Promise<Value> =>
    new Promise((resolve) => {
      const watcher = (): void => {
        const value = look()
        if (value === undefined) return
        watchers.delete(watcher)
        resolve(value)
      }
      watchers.add(watcher)
      watcher()
    })
  return {
    engine,
    options,
    folder: made.folder,
    events,
    state: current,
    service(id) {
      const found = current().services.find((service) => service.id === id)
      if (!found) throw new Error(`no service ${id}`)
      return found
    },
    async run(command, input) {
      const result = await connection.functions.run(command, input)
      if (result.ok) return result.value
      throw new LabError(result.failure.code, result.failure.params)
    },
    waitFor: (fits) => until(() => events.find(fits)),
    until: (fits) => until(() => (fits(current()) ? current() : undefined)),
    async close() {
      await engine.dispose()
      connection.close()
      await rm(made.folder, { recursive: true, force: true })
    },
  }
}

/** Whether a process lives; a zombie does not. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return stat !== null && !/\) Z /.test(stat)
}

/** Whether anything listens there. */
export function isListening(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Looks again and again until it is so; the test's own time-out ends it otherwise. */
export async function eventually(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setImmediate(resolve))
}
