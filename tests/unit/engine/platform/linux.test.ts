import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { linux } from '../../../../services/engine/platform/linux.ts'

const NOBODY = 2 ** 22 - 1
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) if (child.pid !== undefined) linux.killTree(child.pid)
})

interface Started {
  readonly child: ChildProcess
  readonly pid: number
  readonly line: string
}

/** A child that leads its own group, as node-pty's do; resolves when it has printed its first line. */
async function start(script: string): Promise<Started> {
  const child = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, pid: child.pid ?? 0, line: line.toString().trim() }
}

const SLEEPER = 'console.log(process.pid); setInterval(() => {}, 1000)'
const PARENT = `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
console.log(child.pid); setInterval(() => {}, 1000)`

/** The kernel's letter for what the process does, from a file without the program's name before it (proc_pid_status(5)). */
async function stateOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return /^State:\s+(\w)/m.exec(status)?.[1] ?? 'gone'
}

/** Signals take effect a moment after kill(2) returned. */
async function expectState(pid: number, pattern: RegExp): Promise<void> {
  await expect.poll(() => stateOf(pid), { timeout: 5000, interval: 10 }).toMatch(pattern)
}

describe.runIf(process.platform === 'linux')('processes on Linux', () => {
  it('freezes a process and lets it go on', async () => {
    const { pid } = await start(SLEEPER)
    linux.freeze(pid)
    await expectState(pid, /^T$/)
    linux.resume(pid)
    await expectState(pid, /^[SR]$/)
  })

  it('freezes the children with their parent', async () => {
    const { line } = await start(PARENT)
    const grandchild = Number(line)
    linux.freeze(children[0]?.pid ?? 0)
    await expectState(grandchild, /^T$/)
  })

  it('kills a process and the children that it started', async () => {
    const { child, pid, line } = await start(PARENT)
    const exit = once(child, 'exit')
    linux.killTree(pid)
    expect(await exit).toEqual([null, 'SIGKILL'])
    // Without an init that reaps it, the orphan stays a zombie.
    await expectState(Number(line), /^(gone|Z)$/)
  })

  it('kills a process that leads no group', async () => {
    const child = spawn(process.execPath, ['-e', SLEEPER], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const exit = once(child, 'exit')
    linux.killTree(child.pid ?? 0)
    expect(await exit).toEqual([null, 'SIGKILL'])
  })

  it('asks only the leader to end, so that it can end its children itself', async () => {
    const { child, pid, line } = await start(`process.on('SIGTERM', () => console.log('asked')); ${PARENT}`)
    const asked = once(child.stdout ?? child, 'data')
    linux.terminate(pid)
    expect(String((await asked)[0])).toBe('asked\n')
    expect(await stateOf(Number(line))).toMatch(/^[SR]$/)
  })

  it('tells the start time of a living process, and no other one', async () => {
    const first = await start(SLEEPER)
    const startTime = await linux.startTime(first.pid)
    expect(startTime).toMatch(/\d/)
    expect(await linux.startTime(first.pid)).toBe(startTime)
    expect(await linux.isAlive(first.pid, startTime ?? '')).toBe(true)
    expect(await linux.isAlive(first.pid, '1')).toBe(false)
    expect(await linux.startTime(NOBODY)).toBeNull()
  })

  it('takes a process that has ended for dead', async () => {
    const { child, pid } = await start(SLEEPER)
    const startTime = (await linux.startTime(pid)) ?? ''
    const exit = once(child, 'exit')
    linux.killTree(pid)
    await exit
    expect(await linux.isAlive(pid, startTime)).toBe(false)
  })

  it('reads the start time of a program whose name looks like other fields', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hoplab-linux-'))
    const program = join(folder, 'a) T (1 2 3')
    await symlink('/bin/sleep', program)
    const odd = spawn(program, ['1000'], { detached: true, stdio: 'ignore' })
    children.push(odd)
    await once(odd, 'spawn')
    await rm(folder, { recursive: true })
    const plain = await start(SLEEPER)
    expect(await readFile(`/proc/${odd.pid}/comm`, 'utf8')).toBe('a) T (1 2 3\n')
    const ticks = [odd.pid ?? 0, plain.pid].map(async (pid) => Number.parseInt((await linux.startTime(pid)) ?? '', 10))
    const [first = 0, second = 0] = await Promise.all(ticks)
    expect(first).toBeGreaterThan(0)
    // Clock ticks are a hundredth of a second; the second one was started within seconds after the first.
    expect(second - first).toBeGreaterThanOrEqual(0)
    expect(second - first).toBeLessThan(6000)
  })

  it('measures memory, proportionally', async () => {
    const { pid } = await start(SLEEPER)
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
    const measured = (await linux.memoryBytes(pid)) ?? 0
    expect(measured).toBeGreaterThan(5e6)
    // Shared pages are divided among those who share them.
    expect(measured).toBeLessThan(resident * 1.1)
    expect(await linux.memoryBytes(NOBODY)).toBeNull()
  })

  it('signals nobody when the process is gone', () => {
    linux.killTree(NOBODY)
    linux.freeze(NOBODY)
    linux.terminate(NOBODY)
  })
})

describe.runIf(process.platform === 'linux')('what must never be signalled', () => {
  it.each([0, 1, -1, -5, 1.5, Number.NaN])('is %d: a whole group, the system, or everybody', (pid) => {
    expect(() => linux.killTree(pid)).toThrow(RangeError)
    expect(() => linux.freeze(pid)).toThrow(RangeError)
    expect(() => linux.terminate(pid)).toThrow(RangeError)
  })
})

describe('folders on Linux', () => {
  it('follow the XDG base directories', () => {
    const env = { HOME: '/home/ada', XDG_STATE_HOME: '/state', XDG_DATA_HOME: '/data' }
    expect(linux.stateFolder(env)).toBe('/state/hoplab')
    expect(linux.workspacesFolder(env)).toBe('/data/hoplab/workspaces')
  })

  it('are in the home folder otherwise', () => {
    const env = { HOME: '/home/ada', XDG_STATE_HOME: '' }
    expect(linux.stateFolder(env)).toBe('/home/ada/.local/state/hoplab')
    expect(linux.workspacesFolder(env)).toBe('/home/ada/.local/share/hoplab/workspaces')
  })
})
