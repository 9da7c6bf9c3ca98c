import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { eventually, isProcessAlive } from '../../engine.ts'

const GUARD = fileURLToPath(new URL('../../../services/programs/guard/main.ts', import.meta.url))

const { SIGHUP } = constants.signals

/** A process that leads a group of its own, as services do, and would live on for ever. */
function startSleeper(): ChildProcess {
  return spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
}

let watched: ChildProcess
let released: ChildProcess
let guard: ChildProcess
beforeEach(() => {
  watched = startSleeper()
  released = startSleeper()
  guard = spawn(process.execPath, [GUARD], { stdio: ['pipe', 'ignore', 'inherit'] })
  guard.stdin?.write(`add ${watched.pid}\nadd ${released.pid}\nremove ${released.pid}\nadd nonsense\nadd 1\n`)
})
afterEach(() => {
  for (const child of [watched, released, guard]) child.kill('SIGKILL')
})

/** Whether a process has a handler for a signal (proc_pid_status(5), SigCgt). Node itself catches SIGTERM and SIGINT, but not SIGHUP. */
async function catches(child: ChildProcess, signal: number): Promise<boolean> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  const caught = BigInt(`0x${/^SigCgt:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  return (caught & (1n << BigInt(signal - 1))) !== 0n
}

function exitOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
}

it('ends what it watches when its input ends without a word, and nothing else', async () => {
  const ends = [exitOf(watched), exitOf(guard)]
  guard.stdin?.end()
  expect(await Promise.all(ends)).toEqual(['SIGKILL', 0])
  expect(await isProcessAlive(released.pid ?? 0)).toBe(true)
})

it('ends nothing after "done"', async () => {
  const end = exitOf(guard)
  guard.stdin?.write('done\n')
  expect(await end).toBe(0)
  expect(await isProcessAlive(watched.pid ?? 0)).toBe(true)
})

it('outlives the signals that end its engine', async () => {
  await eventually(() => catches(guard, SIGHUP))
  guard.kill('SIGTERM')
  guard.kill('SIGINT')
  const ends = [exitOf(watched), exitOf(guard)]
  guard.stdin?.end()
  expect(await Promise.all(ends)).toEqual(['SIGKILL', 0])
})
