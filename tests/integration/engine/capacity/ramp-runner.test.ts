import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RampState } from '../../../../services/contract/index.ts'
import { openTestEngine, type TestEngine } from '../../../engine.ts'
import { writePairs } from '../../../pairs-topology.ts'

/** Real processes, real traffic: what the model predicts is what is measured. */

/** 40 requests a second for each pair: little enough for a slow machine with other work. */
const PAIR = { workers: 2, costMs: 50, queue: 4 } as const
const PAIR_RATE = 40

let folder = ''
let resourcesDir = ''
let lab: TestEngine | null = null
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoplab-ramp-'))
  resourcesDir = await writePairs(folder, [
    ...[1, 2, 3].map((count) => ({ name: `${count}-pairs`, pairs: Array.from({ length: count }, () => PAIR) })),
    ...['roundrobin', 'leastconn'].map((algorithm) => ({
      ...{ name: `slow-${algorithm}`, algorithm },
      pairs: [PAIR, { ...PAIR, costMs: 200 }],
    })),
  ])
})
afterEach(() => lab?.close())
afterAll(() => rm(folder, { recursive: true, force: true }))

async function start(topology: string): Promise<TestEngine> {
  lab = await openTestEngine({ resourcesDir })
  await lab.run('startLab', { topology })
  await lab.until(({ backends }) => backends.length > 0 && backends.every(({ state }) => state === 'up'))
  return lab
}

describe('a ramp', () => {
  it.each([1, 2, 3])('finds the knee of %i pairs where the workers are full', async (pairs) => {
    const { run, state } = await start(`${pairs}-pairs`)
    const predicted = pairs * PAIR_RATE
    const ramp: RampState = await run('runRamp', {
      ...{ from: predicted * 0.5, to: predicted * 1.5, step: predicted * 0.1, holdSeconds: 2 },
    })
    expect(ramp.state).toBe('finished')
    expect(ramp.prediction?.rate).toBe(predicted)
    expect(ramp.knee?.method).toBe('kneedle')
    expect(Math.abs((ramp.knee?.rate ?? 0) / predicted - 1)).toBeLessThan(0.1)
    const [calm, last] = [ramp.steps[1], ramp.steps.at(-1)]
    // Little's law at the workers: busy ones are throughput times cost, whatever else the machine does.
    const busy = calm?.servers.reduce((sum, server) => sum + server.busy, 0) ?? NaN
    expect(Math.abs(busy / (((calm?.achieved ?? NaN) * PAIR.costMs) / 1000) - 1)).toBeLessThan(0.25)
    // Visitors wait for the network and the machine as well: by their latency never fewer are inside.
    expect(calm?.little).toBeGreaterThan((calm?.concurrency ?? NaN) * 0.8)
    expect(last?.errors['503']).toBeGreaterThan(0)
    // Half of the visitors of a calm lab find a worker free; behind a full queue two are served before one's own turn.
    expect(calm?.latency?.p50).toBeLessThan(2 * PAIR.costMs)
    expect(last?.latency?.p95).toBeGreaterThan(2 * PAIR.costMs)
    expect(last?.servers.map(({ service }) => service)).toEqual(state().capacity.map(({ service }) => service))
    expect(state().ramps).toEqual([ramp])
  })

  it('can be stopped, and one more can be run', async () => {
    const { run, waitFor, state } = await start('1-pairs')
    const over = run('runRamp', { from: 10, to: 100, step: 5 })
    await waitFor((event) => event.type === 'rampProgressed' && event.ramp.steps.length > 0)
    await expect(run('runRamp', { to: 20 })).rejects.toMatchObject({ code: 'RAMP_BUSY' })
    await run('stopRamp', {})
    expect(await over).toMatchObject({ state: 'stopped', failure: null })
    await expect(run('stopRamp', {})).rejects.toMatchObject({ code: 'RAMP_NONE' })
    await run('forgetRamp', { id: 1 })
    expect(state().ramps).toEqual([])
    await expect(run('runRamp', { from: 1, to: 1000, step: 1 })).rejects.toMatchObject({ code: 'RAMP_ORDER_INVALID' })
  })

  it('shows least connections ahead of round robin with one slow server', async () => {
    const p95: Record<string, number> = {}
    for (const algorithm of ['roundrobin', 'leastconn']) {
      const { run, close } = await start(`slow-${algorithm}`)
      // Half of 28 is more than the slow server carries (10 a second); both together carry 50.
      const { steps } = await run('runRamp', { from: 28, to: 28, holdSeconds: 6 })
      p95[algorithm] = steps[0]?.latency?.p95 ?? NaN
      const [view] = await run('readBalancing', {})
      expect(view?.shares.map(({ promised }) => promised)).toEqual(
        algorithm === 'roundrobin' ? [0.5, 0.5] : [null, null],
      )
      if (algorithm === 'leastconn') expect(view?.shares[0]?.measured).toBeGreaterThan(0.6)
      await close()
    }
    lab = null
    expect(p95['leastconn']).toBeLessThan((p95['roundrobin'] ?? 0) * 0.8)
  })
})
