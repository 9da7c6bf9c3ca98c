import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaultSpec } from '../../../../services/contract/index.ts'
import { eventually, isProcessAlive, openTestEngine, type TestEngine } from '../../../engine.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'

let lab: TestEngine
beforeEach(async () => {
  lab = await openTestEngine()
  await lab.run('startLab', { topology: DISTRIBUTED })
})
afterEach(() => lab.close())

function onService(fault: 'kill' | 'stop' | 'freeze', service: string): FaultSpec {
  return { fault, target: 'service', service }
}

/** What the balancer says of a web server. */
async function untilBackend(service: string, state: 'up' | 'down'): Promise<void> {
  await lab.until(({ backends }) => backends.some((server) => server.service === service && server.state === state))
}

describe('faults of a process', () => {
  it('kill ends it at once, and repair starts it again', async () => {
    const { pid } = lab.service('web-1')
    const fault = await lab.run('addFault', { spec: onService('kill', 'web-1') })
    expect(fault).toMatchObject({ phase: 'active', endsAtMs: null, failure: null })
    expect(await isProcessAlive(pid ?? 0)).toBe(false)
    expect(lab.service('web-1')).toMatchObject({ state: 'failed', exit: { signal: 'SIGKILL' } })
    await untilBackend('web-1', 'down')
    for (let index = 0; index < 2; index += 1) expect((await lab.run('sendRequest', {})).via[1]).toBe('web-2')
    const { faults } = await lab.until(({ faults: now }) => now[0]?.measured !== null)
    expect(faults[0]?.measured?.figures).toContainEqual({ name: 'passed', value: 0 })

    await lab.run('clearFault', { id: fault.id })
    expect(lab.service('web-1').state).toBe('ready')
    expect(lab.state().faults).toEqual([])
    await untilBackend('web-1', 'up')
  })

  it('stop lets it finish, and repair starts it again', async () => {
    const { id } = await lab.run('addFault', { spec: onService('stop', 'app-2') })
    expect(lab.service('app-2')).toMatchObject({ state: 'stopped', exit: { code: 0 } })
    await lab.run('clearFault', { id })
    expect(lab.service('app-2').state).toBe('ready')
  })

  it('freeze holds it where it is, and repair lets the same process go on', async () => {
    const { pid } = lab.service('app-1')
    const { id } = await lab.run('addFault', { spec: onService('freeze', 'app-1') })
    await eventually(async () => / T /.test(await readFile(`/proc/${pid}/stat`, 'utf8')))
    await lab.run('clearFault', { id })
    expect(lab.service('app-1')).toMatchObject({ state: 'ready', pid })
  })

  it('are over when somebody undoes them otherwise', async () => {
    const { id } = await lab.run('addFault', { spec: onService('kill', 'web-1') })
    await lab.run('actOnService', { service: 'web-1', action: 'start' })
    expect(await lab.waitFor((event) => event.type === 'faultCleared' && event.fault.id === id)).toMatchObject({
      by: 'itself',
    })
    expect(lab.state().faults).toEqual([])
  })

  it('of the same service do not undo each other', async () => {
    const stop = await lab.run('addFault', { spec: onService('stop', 'web-1') })
    const crash = await lab.run('addFault', { spec: { fault: 'crash-at-start', target: 'service', service: 'web-1' } })
    // The start that repairs the one meets the other: that is no failure of the repair.
    await lab.run('clearFault', { id: stop.id })
    expect(lab.service('web-1').state).toBe('failed')
    expect(lab.state().faults.map(({ id, phase }) => [id, phase])).toEqual([[crash.id, 'active']])
    await lab.run('clearFault', { id: crash.id })
    expect(lab.service('web-1').state).toBe('ready')

    const again = await lab.run('addFault', { spec: onService('stop', 'web-1') })
    const { id } = await lab.run('addFault', { spec: { fault: 'crash-at-start', target: 'service', service: 'web-1' } })
    await lab.run('clearFault', { id })
    expect(lab.service('web-1').state).toBe('stopped')
    expect(lab.state().faults.map((fault) => fault.id)).toEqual([again.id])
    expect(await lab.run('clearAllFaults', {})).toMatchObject({ asBefore: true })
  })

  it('end by their timer', async () => {
    const fault = await lab.run('addFault', { spec: onService('freeze', 'web-2'), forMs: 200 })
    expect(fault.endsAtMs).toBe(fault.setAtMs + 200)
    const ended = await lab.waitFor((event) => event.type === 'faultCleared')
    expect(ended).toMatchObject({ by: 'timer' })
    expect(ended.atMs - fault.setAtMs).toBeGreaterThanOrEqual(195)
    expect(lab.service('web-2').state).toBe('ready')
  })

  it('are refused where they make no sense, and leave nothing', async () => {
    const spec = onService('kill', 'web-1')
    const { id } = await lab.run('addFault', { spec })
    await expect(lab.run('addFault', { spec })).rejects.toMatchObject({ code: 'FAULT_EXISTS', params: { id } })
    await expect(lab.run('addFault', { spec: onService('freeze', 'web-1') })).rejects.toMatchObject({
      code: 'SERVICE_ACTION_INVALID',
    })
    await expect(lab.run('addFault', { spec: onService('kill', 'web-9') })).rejects.toMatchObject({
      code: 'SERVICE_UNKNOWN',
    })
    await expect(lab.run('clearFault', { id: 99 })).rejects.toMatchObject({ code: 'FAULT_UNKNOWN' })
    expect(lab.state().faults.map((fault) => fault.id)).toEqual([id])
  })
})

describe('Repair all', () => {
  it('ends every fault, brings back what was killed by hand, and proves that the lab is as before', async () => {
    await lab.run('addFault', { spec: onService('kill', 'web-1') })
    await lab.run('addFault', { spec: onService('freeze', 'app-2'), forMs: 60_000 })
    await lab.run('addFault', { spec: onService('stop', 'dns-1') })
    await lab.run('actOnService', { service: 'db-1', action: 'kill' })
    const report = await lab.run('clearAllFaults', {})
    expect(report.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(report).toMatchObject({ asBefore: true, cleared: expect.arrayContaining([1, 2, 3]) as unknown })
    const { services, faults, lastRepair } = lab.state()
    expect(services.map(({ state }) => state)).toEqual(Array<string>(services.length).fill('ready'))
    expect([faults, lastRepair]).toEqual([[], report])
    expect((await lab.run('sendRequest', { url: '/guestbook' })).status).toBe(200)
  })

  it('says what is not as before', async () => {
    // Somebody else's program where the web server must listen.
    const { address, port } = lab.service('web-1')
    await lab.run('actOnService', { service: 'web-1', action: 'stop' })
    const { createServer } = await import('node:net')
    const stranger = createServer().listen(port, address.replace('127.10.', '127.110.'))
    try {
      const report = await lab.run('clearAllFaults', {})
      expect(report.asBefore).toBe(false)
      expect(report.checks.find(({ check }) => check === 'services-ready')).toMatchObject({
        ok: false,
        detail: expect.stringContaining('web-1 is failed') as unknown,
      })
    } finally {
      stranger.close()
    }
  }, 40_000)
})

it('a lab that is stopped with faults starts clean', async () => {
  await lab.run('addFault', { spec: onService('freeze', 'db-1'), forMs: 300 })
  await lab.run('addFault', { spec: onService('kill', 'lb-1') })
  await lab.run('stopLab', {})
  const { faults, services } = await lab.run('startLab', { topology: DISTRIBUTED })
  expect(faults).toEqual([])
  expect(services.every(({ state }) => state === 'ready')).toBe(true)
})
