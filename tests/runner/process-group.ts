import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Commands that the runner starts: each in a process group of its own, which is empty when the command is over. */

export interface GroupOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly limitMs: number
  /** Gets the output as it comes; without it the command writes to our terminal itself. */
  readonly onOutput?: (text: string) => void
}

export interface GroupEnd {
  /** Exit code 0 within the limit. */
  readonly ok: boolean
  /** Why it is not ok, in words. */
  readonly why: string
  /** Command lines of processes that it started and that were still there; they have been ended. */
  readonly leftovers: readonly string[]
}

/** Every process below a step carries this in its environment, so those that left its process group are found too. */
const MARK = 'HOPLAB_TEST_STEP'

/** Workers of a test runner may need a moment to go after their leader. */
const LEFTOVER_GRACE_MS = 3_000
const LEFTOVER_CHECK_MS = 100
const CLOSE_LIMIT_MS = 2_000

const running = new Set<ChildProcess>()
let steps = 0

/** Runs a command to its end, or to the end of its time; ends whatever it leaves behind. */
export async function runInGroup(command: readonly string[], options: GroupOptions): Promise<GroupEnd> {
  const [program = '', ...args] = command
  const mark = `${process.pid}-${(steps += 1)}`
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', ...outputOf(options)],
    env: { ...process.env, ...options.env, [MARK]: mark },
  })
  running.add(child)
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', options.onOutput ?? ignore)
  let late = false
  const limit = setTimeout(() => {
    late = true
    killGroup(child)
  }, options.limitMs)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  try {
    const why = await endOf(child)
    const ended = late ? `not done after ${options.limitMs / 1000} s` : why
    const leftovers = await endLeftovers(child, mark)
    // The last output comes with `close`. It would never come while a process that was left behind held the pipe open.
    await Promise.race([closed, delay(CLOSE_LIMIT_MS, undefined, { ref: false })])
    return { ok: ended === '', why: ended, leftovers }
  } finally {
    clearTimeout(limit)
    running.delete(child)
  }
}

/** Ends everything that still runs; for interrupts. */
export function killEverything(): void {
  for (const child of running) killGroup(child)
}

function outputOf(options: GroupOptions): ['pipe', 'pipe'] | ['inherit', 'inherit'] {
  return options.onOutput === undefined ? ['inherit', 'inherit'] : ['pipe', 'pipe']
}

function ignore(): void {
  // Nobody wants this output.
}

/** Resolves with an empty text for exit code 0, else with how it ended. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`))
    child.once('exit', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? `code ${code}`}`))
  })
}

export function killGroup(leader: ChildProcess): void {
  if (leader.pid === undefined) return
  try {
    process.kill(-leader.pid, 'SIGKILL')
  } catch {
    // Nobody is left in the group.
  }
}

/** Waits a moment for the last ones to go, then names and ends those that do not. */
async function endLeftovers(leader: ChildProcess, mark: string): Promise<string[]> {
  const untilMs = Date.now() + LEFTOVER_GRACE_MS
  let left = markedProcesses(mark)
  while (left.length > 0 && Date.now() < untilMs) {
    await delay(LEFTOVER_CHECK_MS)
    left = markedProcesses(mark)
  }
  killGroup(leader)
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went by itself meanwhile.
    }
  }
  return left.map(({ command }) => command)
}

/** Processes whose environment carries the mark (Linux: proc(5), /proc/PID/environ); elsewhere the group has to do. */
function markedProcesses(mark: string): { pid: number; command: string }[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      if (!readProc(name, 'environ').includes(`${MARK}=${mark}`)) return []
      const command = readProc(name, 'cmdline').join(' ').trim()
      return command === '' ? [] : [{ pid: Number(name), command: `${name} ${command}` }]
    })
}

/** The NUL-separated words of a file of /proc; none for a process that is gone or not ours. */
function readProc(pid: string, file: 'environ' | 'cmdline'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
  } catch {
    return []
  }
}
