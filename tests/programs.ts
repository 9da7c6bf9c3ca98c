import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

/** Starts the lab's programs for tests, from their source, as real processes. */

const PROGRAMS = fileURLToPath(new URL('../services/programs/', import.meta.url))

export interface StartedProgram {
  readonly child: ChildProcess
  /** Everything that it printed so far, without colours. */
  output(): string
  /** Resolves with the first line that matches (also one that came before); rejects when the program ends without one. */
  waitForLine(pattern: RegExp): Promise<string>
  /** SIGTERM, then its exit. */
  stop(): Promise<ProgramExit>
  /** SIGKILL, then its exit. */
  kill(): Promise<ProgramExit>
  readonly exit: Promise<ProgramExit>
}

export interface ProgramExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const started = new Set<ChildProcess>()
process.on('exit', () => started.forEach((child) => child.kill('SIGKILL')))

/** Runs `services/programs/<program>/main.ts` with these arguments. The caller ends it with `stop` or `kill`. */
export function startProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): StartedProgram {
  const child = spawn(process.execPath, [`${PROGRAMS}${program}/main.ts`, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.add(child)
  let text = ''
  const watchers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      text += stripVTControlCharacters(chunk)
      watchers.forEach((watcher) => watcher())
    })
  }
  let ended = false
  const exit = new Promise<ProgramExit>((resolve) => {
    child.on('close', (code, signal) => {
      ended = true
      started.delete(child)
      watchers.forEach((watcher) => watcher())
      resolve({ code, signal })
    })
  })
  const end = (signal: NodeJS.Signals): Promise<ProgramExit> => {
    if (!ended) child.kill(signal)
    return exit
  }
  return {
    child,
    exit,
    output: () => text,
    waitForLine: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = text.split('\n').find((candidate) => pattern.test(candidate))
          if (line !== undefined) resolve(line)
          else if (ended) reject(new Error(`${program} ended without a line like ${pattern}:\n${text}`))
          else return
          watchers.delete(look)
        }
        watchers.add(look)
        look()
      }),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

/** A port that was free a moment ago on this loopback address. */
export function freePort(address = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const bound = server.address()
      server.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0))
    })
  })
}
