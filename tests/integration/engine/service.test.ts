import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewLabEvent, ServiceState } from '../../../services/contract/index.ts'
import { currentPlatform } from '../../../services/engine/platform/current-platform.ts'
import { ProcessKeeper } from '../../../services/engine/supervisor/process-keeper.ts'
import { RunRegistry } from '../../../services/engine/supervisor/run-registry.ts'
import { Service } from '../../../services/engine/supervisor/service.ts'

/** Registers a process only when the test says so, as a disk that is busy does. */
class BusyKeeper extends ProcessKeeper {
  registered: Promise<void> = Promise.resolve()
  override async add(pid: number, service: string): Promise<void> {
    await super.add(pid, service)
    await this.registered
  }
}

let folder = ''
let keeper: BusyKeeper
let state: ServiceState
let watchers: (() => void)[] = []
const platform = currentPlatform()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoplab-service-'))
  const registry = await RunRegistry.open(folder, platform)
  keeper = new BusyKeeper(registry, platform, [process.execPath, '-e', 'process.stdin.resume()'])
  watchers = []
  state = {
    ...{ id: 'app-1', role: 'app-server', host: 'server-1', engine: 'builtin', state: 'stopped', pid: null },
    ...{ address: '127.20.6.1', port: 3000, release: null, startedAtMs: null, memoryBytes: null, exit: null },
    ...{ failure: null, requests: 0, requestsPerSecond: 0, restarts: 0, automaticRestart: false, files: [] },
    takesInput: false,
  }
})
afterEach(async () => {
  await keeper.dispose()
  await rm(folder, { recursive: true })
})

/** A service whose process is this script. */
function serviceOf(script: string): Service {
  const driver = {
    prepare: () => Promise.resolve(),
    command: () => ({ file: process.execPath, args: ['-e', script], cwd: folder, env: {} }),
    probe: () => ({ kind: 'tcp' as const, address: '127.20.6.1', port: 3000 }),
    files: () => [],
    facts: () => ({ port: 3000, release: null }),
    reachable: () => Promise.resolve(),
    faults: () => [],
  }
  const emit = (event: NewLabEvent): void => {
    if (event.type === 'serviceChanged') state = { ...state, ...event.patch }
    watchers.forEach((watcher) => watcher())
  }
  return new Service('app-1', driver, {
    emit,
    read: () => state,
    platform,
    keeper,
    logPath: join(folder, 'app-1.log'),
    onRefused: () => undefined,
    onFaults: () => undefined,
    tellBeside: () => undefined,
  })
}

function until(good: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => void (good() && resolve())
    watchers.push(look)
    look()
  })
}

describe('a process that is still being registered', () => {
  it('and ends by itself has failed to start, and says why', async () => {
    const service = serviceOf("console.log('no good'); process.exitCode = 78")
    keeper.registered = until(() => state.state === 'failed')
    await expect(service.act('start')).rejects.toMatchObject({ code: 'SERVICE_START_FAILED' })
    expect(state).toMatchObject({ state: 'failed', exit: { code: 78, lastLine: 'no good' } })
    await service.dispose(1000)
  })

  it('and is stopped is waited for until it is gone', async () => {
    const service = serviceOf(
      "process.on('SIGTERM', () => setTimeout(process.exit, 200)); console.log('here'); setInterval(() => 0, 1e6)",
    )
    let register = (): void => undefined
    keeper.registered = new Promise((resolve) => (register = resolve))
    const start = service.act('start').catch((error: unknown) => error)
    await until(() => state.state === 'starting')
    while (!service.terminal.read().includes('here')) await new Promise((resolve) => setTimeout(resolve, 10))
    const stop = service.act('stop')
    register()
    await start
    expect(state.state).toBe('stopping')
    await stop
    expect(state).toMatchObject({ state: 'stopped', exit: { code: 0 }, failure: null })
    await service.dispose(1000)
  })
})
