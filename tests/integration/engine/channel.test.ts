import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../../services/contract/index.ts'
import { connectToLab } from '../../../services/engine/channel/connect-to-lab.ts'
import { findLabs, type LabRecord } from '../../../services/engine/channel/lab-records.ts'
import { openControl, type Control } from '../../../services/engine/channel/open-control.ts'
import { currentPlatform } from '../../../services/engine/platform/current-platform.ts'
import { FakeEngine, fakeService } from '../../fake-engine.ts'

/** The control socket over real sockets and files, in front of a lab in memory. */
describe('control socket', () => {
  const platform = currentPlatform()
  let stateDir: string
  let engine: FakeEngine
  let control: Control

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'hoplab-control-'))
    engine = new FakeEngine({ actOnService: ({ service }) => fakeService(service, { state: 'frozen' }) })
    control = await openControl(engine, { stateDir, platform })
  })
  afterEach(async () => {
    await control.close()
    await rm(stateDir, { recursive: true })
  })

  const labs = (): Promise<readonly LabRecord[]> => findLabs(stateDir, (pid, time) => platform.isAlive(pid, time))

  async function startedLab(): Promise<LabRecord> {
    await engine.startLab({ topology: 'small', workspace: '/labs/one' })
    await expect.poll(labs).toHaveLength(1)
    const [record] = await labs()
    if (record === undefined) throw new Error('no lab was found')
    return record
  }

  it('shows a lab while it stands, and only then', async () => {
    expect(await labs()).toEqual([])
    const record = await startedLab()
    expect(record).toMatchObject({ pid: process.pid, topology: 'small', workspace: '/labs/one' })
    engine.emit({ type: 'labDisposed' })
    await expect.poll(labs).toEqual([])
    await startedLab()
    await control.close()
    expect(await labs()).toEqual([])
  })

  it('is there for its owner only', async () => {
    const { endpoint } = await startedLab()
    const modes = await Promise.all(
      [endpoint, join(endpoint, '..')].map(async (path) => (await stat(path)).mode & 0o777),
    )
    expect(modes).toEqual([0o600, 0o700])
  })

  it('is not opened in a folder that is open to others', async () => {
    const open = await mkdtemp(join(tmpdir(), 'hoplab-open-'))
    await mkdir(join(open, 'control'), { mode: 0o755 })
    await expect(openControl(engine, { stateDir: open, platform })).rejects.toThrow('open to other users')
    await rm(open, { recursive: true })
  })

  it('lets a client with the token drive the lab and see its events', async () => {
    const events: LabEvent[] = []
    const lab = await connectToLab(await startedLab(), { onEvents: (batch) => events.push(...batch) })
    expect((await lab.subscribe()).state.topology).toBe('small')
    expect(await lab.run('actOnService', { service: 'web-1', action: 'freeze' })).toMatchObject({ state: 'frozen' })
    engine.emit({ type: 'serviceChanged', service: 'web-1', patch: { state: 'frozen' } })
    await expect.poll(() => events).toMatchObject([{ type: 'serviceChanged', service: 'web-1' }])
    lab.close()
    await lab.closed
  })

  it('lets nobody else in', async () => {
    const record = await startedLab()
    await expect(connectToLab({ ...record, token: 'guess' })).rejects.toMatchObject({ code: 'LAB_UNREACHABLE' })
    expect(engine.calls).toEqual([])
  })

  it('ends connections that do not begin with the token', async () => {
    const { endpoint } = await startedLab()
    for (const text of ['{"t":"q","i":"1","m":"run","a":["stopLab",{}]}\n', 'GET / HTTP/1.1\r\n\r\n']) {
      const socket = connect(endpoint)
      socket.resume()
      socket.on('error', () => undefined)
      socket.write(text)
      await new Promise((resolve) => socket.once('close', resolve))
    }
    expect(engine.calls).toEqual([])
  })

  it('says of a socket that is gone that the lab cannot be reached', async () => {
    const record = await startedLab()
    await control.close()
    await expect(connectToLab(record)).rejects.toMatchObject({ code: 'LAB_UNREACHABLE' })
  })

  it('clears away what an engine left behind that was killed', async () => {
    const killed = `
      import { writeFileSync } from 'node:fs'
      import { createServer } from 'node:net'
      const [socket, record] = process.argv.slice(1)
      writeFileSync(record, JSON.stringify({ pid: process.pid, startTime: '1', endpoint: socket, token: 't',
        topology: 'small', workspace: '/labs/one', startedAtMs: 1 }))
      createServer().listen(socket, () => process.kill(process.pid, 'SIGKILL'))`
    const { endpoint } = await startedLab()
    const [socket, record] = [join(endpoint, '..', 'dead.sock'), join(stateDir, 'labs', '7.json')]
    const end = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', killed, socket, record])
    await expect(end).rejects.toMatchObject({ signal: 'SIGKILL' })
    expect(existsSync(socket) && existsSync(record)).toBe(true)
    const other = await openControl(engine, {
      stateDir,
      platform: { ...platform, controlEndpoint: () => join(endpoint, '..', 'b.sock') },
    })
    expect([socket, record, endpoint].map(existsSync)).toEqual([false, false, true])
    await other.close()
  })

  it('lets the last answer leave before it closes', async () => {
    const record = await startedLab()
    let finish = (): void => undefined
    const held = new Promise<void>((resolve) => (finish = resolve))
    engine.handlers.stopLab = () => held.then(() => null)
    const lab = await connectToLab(record)
    const answer = lab.run('stopLab', {})
    await expect.poll(() => engine.calls.length).toBe(1)
    const closed = control.close()
    finish()
    expect(await answer).toBeNull()
    await closed
    await lab.closed
  })
})
