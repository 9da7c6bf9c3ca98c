import { spawn, type ChildProcess } from 'node:child_process'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { currentPlatform } from '../../../services/engine/platform/current-platform.ts'
import { RunRegistry } from '../../../services/engine/supervisor/run-registry.ts'
import type { EngineOptions } from '../../../services/engine/index.ts'
import { eventually, isListening, isProcessAlive, openTestEngine, testOptions } from '../../engine.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'
const CHILD = fileURLToPath(new URL('../../engine-process.ts', import.meta.url))
/** Invariant 5 of the design. */
const ENDED_WITHIN_MS = 2000

let folder: string
let options: EngineOptions
beforeEach(async () => void ({ folder, options } = await testOptions()))
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Starts an engine in a process of its own and resolves with it and the pids of its services. */
async function startEngineProcess(): Promise<{ child: ChildProcess; pids: readonly number[] }> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(options), DISTRIBUTED], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const services = JSON.parse(line) as { pid: number }[]
    return { child, pids: services.map((service) => service.pid) }
  }
  throw new Error('the engine ended before its lab was ready')
}

async function livingOf(pids: readonly number[]): Promise<readonly number[]> {
  const alive = await Promise.all(pids.map((pid) => isProcessAlive(pid)))
  return pids.filter((_, index) => alive[index])
}

describe('an engine that is killed', () => {
  it('takes its processes with it within 2 s, frozen ones too, and the next start is clean', async () => {
    const { child, pids } = await startEngineProcess()
    expect(await livingOf(pids)).toHaveLength(7)
    process.kill(-(pids[1] ?? 0), 'SIGSTOP')
    child.kill('SIGKILL')
    const killedAt = Date.now()
    await eventually(async () => (await livingOf(pids)).length === 0)
    expect(Date.now() - killedAt).toBeLessThan(ENDED_WITHIN_MS)

    const next = await openTestEngine(options)
    expect(next.events.filter((event) => event.type === 'leftoversSwept')).toEqual([])
    const { services } = await next.run('startLab', { topology: DISTRIBUTED })
    expect(services.every((service) => service.state === 'ready')).toBe(true)
    expect(next.events.filter((event) => event.type === 'portReplaced')).toEqual([])
    await next.close()
  })
})

describe('the sweep', () => {
  it('ends what an earlier engine left behind, and never a stranger with the same pid', async () => {
    const platform = currentPlatform()
    const leftover = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true })
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true })
    const engine = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
    const gone = { pid: engine.pid ?? 0, startTime: 'long ago' }
    await new Promise((resolve) => engine.once('exit', resolve))
    const registry = await RunRegistry.open(options.stateDir, platform, gone)
    await registry.add({
      pid: leftover.pid ?? 0,
      startTime: (await platform.startTime(leftover.pid ?? 0)) ?? '',
      service: 'web-1',
    })
    await registry.add({ pid: stranger.pid ?? 0, startTime: '1', service: 'web-2' })

    const next = await openTestEngine(options)
    expect(next.events).toMatchObject([{ type: 'leftoversSwept', count: 1 }])
    await eventually(async () => !(await isProcessAlive(leftover.pid ?? 0)))
    expect(await isProcessAlive(stranger.pid ?? 0)).toBe(true)
    stranger.kill('SIGKILL')
    await next.close()
  })
})

describe('20 starts and stops in a row', () => {
  it('leave no process, port or temporary file behind', { timeout: 180_000 }, async () => {
    const lab = await openTestEngine(options)
    const pids = new Set<number>()
    let places: readonly { address: string; port: number }[] = []
    let filesBefore: readonly string[] = []
    for (let round = 0; round < 20; round += 1) {
      const { services, workspace } = await lab.run('startLab', { topology: DISTRIBUTED })
      expect(services.every((service) => service.state === 'ready')).toBe(true)
      services.forEach((service) => pids.add(service.pid ?? 0))
      places = services
      await lab.run('stopLab', {})
      const files = await allFiles(workspace ?? '')
      if (round === 1) filesBefore = files
      if (round === 19) expect(files).toEqual(filesBefore)
    }
    expect(pids.size).toBe(140)
    expect(await livingOf([...pids])).toEqual([])
    for (const { address, port } of places) expect(await isListening(address, port)).toBe(false)
    await lab.engine.dispose()
    expect(await readdir(join(options.stateDir, 'runs'))).toEqual([])
  })
})

async function allFiles(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
