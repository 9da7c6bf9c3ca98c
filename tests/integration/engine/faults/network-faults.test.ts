import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaultSpec, RequestResult } from '../../../../services/contract/index.ts'
import { openTestEngine, type TestEngine } from '../../../engine.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'

let lab: TestEngine
beforeEach(async () => {
  lab = await openTestEngine()
  await lab.run('startLab', { topology: DISTRIBUTED })
})
afterEach(() => lab.close())

async function untilBackend(service: string, state: 'up' | 'down'): Promise<void> {
  await lab.until(({ backends }) => backends.some((server) => server.service === service && server.state === state))
}

async function request(): Promise<RequestResult> {
  return lab.run('sendRequest', {})
}

/** Median duration of some requests, in ms. */
async function medianMs(count = 7): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    const result = await request()
    expect(result.failure).toBe(null)
    times.push(result.phases.totalMs)
  }
  return times.sort((a, b) => a - b)[count >> 1] ?? Number.NaN
}

describe('a host without power', () => {
  it('is out of reach and refuses nobody, starts nothing, and comes back with its power', async () => {
    const here = ['web-1', 'app-1']
    const { host } = lab.service('web-1')
    const { id } = await lab.run('addFault', { spec: { fault: 'power-off', target: 'host', host } })
    for (const service of here)
      expect(lab.service(service)).toMatchObject({ state: 'failed', exit: { signal: 'SIGKILL' } })
    await untilBackend('web-1', 'down')
    expect((await request()).via[1]).toBe('web-2')
    // Who calls is not refused: the check of the balancer waits for an answer instead.
    const { faults } = await lab.until(({ faults: [only] }) =>
      (only?.measured?.figures ?? []).some(({ name, value }) => name === 'dropped' && (value ?? 0) > 0),
    )
    expect(faults[0]?.measured?.figures).toContainEqual({ name: 'passed', value: 0 })
    await expect(lab.run('actOnService', { service: 'web-1', action: 'start' })).rejects.toMatchObject({
      code: 'HOST_OFF',
      params: { host, service: 'web-1' },
    })
    await lab.run('clearFault', { id })
    for (const service of here) expect(lab.service(service).state).toBe('ready')
    await untilBackend('web-1', 'up')
  })
})

describe('faults of links', () => {
  it('latency shows in a request as it was set, and is gone afterwards', async () => {
    const spec: FaultSpec = {
      fault: 'latency',
      target: 'link',
      link: 'client>lb-1',
      direction: 'forward',
      ms: 70,
      jitterMs: 0,
    }
    const before = await medianMs()
    const { id } = await lab.run('addFault', { spec })
    const during = await medianMs()
    expect(during - before).toBeGreaterThan(60)
    const { faults } = await lab.until(({ faults: [only] }) =>
      (only?.measured?.figures ?? []).some(({ name, value }) => name === 'delayMs' && value !== null),
    )
    const delay = faults[0]?.measured?.figures.find(({ name }) => name === 'delayMs')?.value
    // How exactly is tested with the network card alone; here a whole lab runs beside it.
    expect(delay).toBeGreaterThanOrEqual(69.5)
    expect(delay).toBeLessThan(100)
    await lab.run('clearFault', { id })
    expect(during - (await medianMs())).toBeGreaterThan(60)
  })

  it('unplugged: the balancer finds out by its checks; Repair all proves that it is over', async () => {
    await lab.run('addFault', { spec: { fault: 'unplug', target: 'link', link: 'lb-1>web-2', direction: 'both' } })
    await untilBackend('web-2', 'down')
    expect((await request()).via[1]).toBe('web-1')
    // The process is well: only the way to it is cut.
    expect(lab.service('web-2').state).toBe('ready')
    const report = await lab.run('clearAllFaults', {})
    expect(report.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(report).toMatchObject({ asBefore: true, cleared: [1] })
  })

  it('outlive the process of the network cards', async () => {
    const spec: FaultSpec = { fault: 'refuse', target: 'link', link: 'client>lb-1', direction: 'both' }
    const { id } = await lab.run('addFault', { spec })
    expect((await request()).failure).toMatchObject({ code: 'REQUEST_CONNECT_FAILED' })
    const { pid } = lab.state().network
    process.kill(pid ?? 0, 'SIGKILL')
    await lab.until(({ network }) => network.state === 'ready' && network.pid !== pid)
    expect((await request()).failure).toMatchObject({ code: 'REQUEST_CONNECT_FAILED' })
    await lab.run('clearFault', { id })
    expect((await request()).failure).toBe(null)
  })

  it('of an unknown link are refused', async () => {
    const spec: FaultSpec = { fault: 'unplug', target: 'link', link: 'lb-1>web-9', direction: 'both' }
    await expect(lab.run('addFault', { spec })).rejects.toMatchObject({ code: 'LINK_UNKNOWN' })
  })
})
