import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LabError, type LabEvent, type TrafficCells, type TrafficRun } from '../../../services/contract/index.ts'
import { Engine } from '../../../services/engine/create-engine.ts'
import { eventually, isProcessAlive, openTestEngine, testOptions, type TestEngine } from '../../engine.ts'
import { NOTHING } from '../../nothing.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'
const CHILD = fileURLToPath(new URL('../../traffic-engine-process.ts', import.meta.url))

/** No request of a healthy lab takes longer. */
const UNDER_WAY_MS = 200

type EventOf<Type extends LabEvent['type']> = Extract<LabEvent, { readonly type: Type }>

let lab: TestEngine
beforeAll(async () => {
  lab = await openTestEngine()
  await lab.run('startLab', { topology: DISTRIBUTED })
})
afterAll(() => lab.close())
afterEach(async () => {
  await lab.run('stopTraffic', {}).catch(() => undefined)
})

const runOf = (id: number): TrafficRun | undefined => lab.state().traffic.find((run) => run.id === id)

async function ended(id: number): Promise<TrafficRun> {
  await lab.until(() => runOf(id)?.endedAtMs != null)
  const run = runOf(id)
  if (run === undefined) throw new Error(`no run ${id}`)
  return run
}

/** The engine's own side of the run, as the deployments use it. */
function liveRun(id: number) {
  if (!(lab.engine instanceof Engine)) throw new Error('no real engine')
  return lab.engine.lab.traffic.run(id)
}

describe('a run through the whole chain', () => {
  it('starts, samples and finishes; the state and the kept data agree with the samples', async () => {
    const started = await lab.run('startTraffic', { rate: 100, seconds: 2, connections: 'keep-alive', label: 'first' })
    expect(started).toMatchObject({ label: 'first', endedAtMs: null, settings: { rate: 100, slowMs: 500 } })
    const run = await ended(started.id)
    expect(run).toMatchObject({ failure: null, result: { due: 200, sent: 200, succeeded: 200, downtimeMs: 0 } })
    expect(Object.keys(run.result.releases)).toEqual(['v1'])
    // The balancer shared them out.
    const chains = Object.keys(run.result.servers)
    expect(chains.some((chain) => chain.includes('web-1')) && chains.some((chain) => chain.includes('web-2'))).toBe(
      true,
    )

    const samples = lab.events.filter((event): event is EventOf<'trafficSampled'> => event.type === 'trafficSampled')
    const cells = new Map<number, number>()
    // A busy machine may make some of them slow.
    const answered = ({ ok, slow }: TrafficCells, row: number): number => (ok[row] ?? 0) + (slow[row] ?? 0)
    for (const { cells: part } of samples) part.at.forEach((at, row) => cells.set(at, answered(part, row)))
    const data = await lab.run('readTrafficRun', { id: run.id })
    const kept = data.cells.at.map((at, row) => [at, answered(data.cells, row)] as const)
    expect([...cells].sort(([a], [b]) => a - b)).toEqual(kept)
    expect(kept.reduce((sum, [, count]) => sum + count, 0)).toBe(200)
    expect(data.seconds.map(({ due }) => due)).toEqual([100, 100])
    expect(samples.length).toBeGreaterThan(4)
    const kinds = lab.events.filter((event) => event.type.startsWith('traffic')).map((event) => event.type)
    expect([kinds[0], kinds.at(-1)]).toEqual(['trafficStarted', 'trafficFinished'])
  })

  it('runs one at a time, stops when it is told to, and forgets', async () => {
    const { id } = await lab.run('startTraffic', { rate: 50, connections: 'new', urls: [{ url: '/guestbook' }] })
    await expect(lab.run('startTraffic', { rate: 1, connections: 'new' })).rejects.toMatchObject({
      code: 'TRAFFIC_BUSY',
      params: { id },
    })
    await expect(lab.run('forgetTrafficRun', { id })).rejects.toMatchObject({ code: 'TRAFFIC_BUSY' })
    await lab.until(() => (runOf(id)?.result.succeeded ?? 0) > 20)
    const run = await lab.run('stopTraffic', {})
    expect(run).toMatchObject({ id, failure: null, result: { pending: 0, failed: NOTHING } })
    expect(run.result.succeeded).toBe(run.result.due)
    // At once: the next run need not wait for anybody.
    const next = await lab.run('startTraffic', { rate: 50, seconds: 0.2, connections: 'keep-alive' })
    await ended(next.id)
    await lab.run('forgetTrafficRun', { id })
    expect(runOf(id)).toBeUndefined()
    await expect(lab.run('readTrafficRun', { id })).rejects.toMatchObject({ code: 'TRAFFIC_RUN_UNKNOWN' })
    await expect(lab.run('stopTraffic', {})).rejects.toMatchObject({ code: 'TRAFFIC_NOT_RUNNING' })
  })

  it('refuses what it cannot do', async () => {
    for (const [order, code] of [
      [{ rate: 2001, connections: 'new' }, 'INPUT_INVALID'],
      [{ rate: 10, rampTo: 20, connections: 'new' }, 'INPUT_INVALID'],
      [{ rate: 10, connections: 'new', urls: [{ url: 'https://www.foobar.com/' }] }, 'URL_INVALID'],
    ] as const)
      await expect(lab.run('startTraffic', structuredClone(order) as never)).rejects.toMatchObject({ code })
  })
})

describe('while servers die', () => {
  it('an outage is measured, with markers at the moments at which it happened', async () => {
    const { id } = await lab.run('startTraffic', { rate: 200, connections: 'keep-alive' })
    await lab.until(() => (runOf(id)?.result.succeeded ?? 0) > 50)
    const beforeMs = Date.now()
    await lab.run('actOnService', { service: 'lb-1', action: 'kill' })
    await lab.until(() => (runOf(id)?.result.failed.refused ?? 0) > 50)
    await lab.run('actOnService', { service: 'lb-1', action: 'start' })
    const readyMs = Date.now()
    const run = liveRun(id)
    await run.settledUntil(readyMs)
    // What was under way at the kill was due a moment before.
    const outage = run.resultBetween(beforeMs - UNDER_WAY_MS, readyMs)
    expect(outage.pending).toBe(0)
    await lab.until(() => (runOf(id)?.result.seconds ?? 0) * 1000 > readyMs - run.state.startedAtMs + 300)
    const { result } = await lab.run('stopTraffic', {})
    expect(result.downtimeMs).toBeGreaterThan(250)
    // All of the downtime lies between the kill and the moment at which the balancer was ready again.
    expect(Math.abs(outage.downtimeMs - result.downtimeMs)).toBeLessThanOrEqual(2 * result.resolutionMs)
    expect(result.downtimeMs).toBeLessThan(readyMs - beforeMs + UNDER_WAY_MS)

    const { markers } = await lab.run('readTrafficRun', { id })
    const balancer = markers.filter(({ kind, subject }) => kind === 'service' && subject === 'lb-1')
    expect(balancer.map(({ what }) => what)).toEqual(['failed', 'starting', 'running', 'ready'])
    expect(balancer.every(({ atMs }) => atMs >= beforeMs && atMs <= readyMs)).toBe(true)
    const told = lab.events.flatMap((event) =>
      event.type === 'trafficSampled' && event.run === id ? event.markers : [],
    )
    expect(told).toEqual(markers)
  })

  it('a generator that dies ends its run with the reason', async () => {
    const before = await generators()
    const { id } = await lab.run('startTraffic', { rate: 50, connections: 'keep-alive' })
    const [pid] = (await generators()).filter((found) => !before.includes(found))
    process.kill(pid ?? 0, 'SIGKILL')
    const run = await ended(id)
    expect(run.failure).toMatchObject({ code: 'TRAFFIC_FAILED', params: { detail: 'it ended with SIGKILL' } })
  })
})

describe('the end of the lab', () => {
  it('ends its traffic at once, and is no failure of it', async () => {
    const own = await openTestEngine()
    await own.run('startLab', { topology: DISTRIBUTED }).catch(() => undefined)
    const before = await generators()
    const { id } = await own.run('startTraffic', { rate: 20, connections: 'keep-alive' })
    const pids = (await generators()).filter((pid) => !before.includes(pid))
    expect(pids).toHaveLength(1)
    await own.run('stopLab', {})
    const [end] = own.events.filter((event): event is EventOf<'trafficFinished'> => event.type === 'trafficFinished')
    expect(end?.run).toMatchObject({ id, failure: null })
    expect(await isProcessAlive(pids[0] ?? 0)).toBe(false)
    await expect(own.run('startTraffic', { rate: 1, connections: 'new' })).rejects.toBeInstanceOf(LabError)
    await own.close()
  })

  it('SIGKILL of the engine leaves no generator behind', async () => {
    const { options } = await testOptions()
    const child = spawn(process.execPath, [CHILD, JSON.stringify(options), DISTRIBUTED], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({ input: child.stdout })) if (line === 'traffic') break
    const pids = await generators(child.pid)
    expect(pids).toHaveLength(1)
    child.kill('SIGKILL')
    const killedAt = Date.now()
    await eventually(async () => !(await isProcessAlive(pids[0] ?? 0)))
    expect(Date.now() - killedAt).toBeLessThan(2000)
  })
})

/** The pids of the load generators that this process (or the one named) has started and that run now. */
async function generators(parent = process.pid): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found: number[] = []
  for (const pid of pids) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    // Other tests beside this one have generators too. After the command's name: state, parent (proc_pid_stat(5)).
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const isOurs = Number(/.*\) \S (\d+)/.exec(stat)?.[1]) === parent
    if (isOurs && /hoplab traffic|traffic\.mjs/.test(commandLine)) found.push(Number(pid))
  }
  return found
}
