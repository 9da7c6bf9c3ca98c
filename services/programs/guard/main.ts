import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

/**
 * Ends the lab's processes when the engine disappears without doing so. It reads `add PID`, `remove PID` and `done`
 * from its input; when the input ends without `done`, the engine is gone, and every process that is still named is
 * ended with its children. It stands apart from the other programs: it has no terminal and outlives its parent.
 */

const HELP = `guard: ends the named processes when its input ends without "done"

It reads lines from its standard input:
  add PID       watch over this process
  remove PID    it ended by itself
  done          nothing is left to end

Example:
  echo "add 4711" | guard
`

function killTree(pid: number): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    return
  }
  // The services lead process groups of their own (they run in pseudo-terminals).
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL')
    } catch {
      continue
    }
  }
}

async function guard(): Promise<void> {
  const pids = new Set<number>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, number] = line.split(' ')
    if (word === 'done') return
    const pid = Number(number)
    if (!Number.isSafeInteger(pid) || pid <= 1) continue
    if (word === 'add') pids.add(pid)
    if (word === 'remove') pids.delete(pid)
  }
  for (const pid of pids) killTree(pid)
}

if (parseArgs({ options: { help: { type: 'boolean', short: 'h' } } }).values.help) process.stdout.write(HELP)
else await guard()
// The pipe may still be open after `done`.
process.exitCode = 0
process.stdin.destroy()
