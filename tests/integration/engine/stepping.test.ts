import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabState, StepState, StepStop } from '../../../services/contract/index.ts'
import { startTrace } from '../../../services/engine/browser/trace-context.ts'
import type { Engine } from '../../../services/engine/create-engine.ts'
import { LabBrowser } from '../../../services/engine/browser/lab-browser.ts'
import type { HoldReport } from '../../../services/engine/network/network.ts'
import { BackgroundTraffic, percentile } from '../../background-traffic.ts'
import { openTestEngine, type TestEngine } from '../../engine.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'
const PAGE = 'www.foobar.com/guestbook'

let lab: TestEngine
beforeEach(async () => {
  lab = await openTestEngine()
  await lab.run('startLab', { topology: DISTRIBUTED })
  await lab.until(({ backends }) => backends.length === 2 && backends.every(({ state }) => state === 'up'))
})
afterEach(() => lab.close())

function step(state: LabState): StepState {
  if (state.step === null) throw new Error('nothing is stepped through')
  return state.step
}

/** Resolves at the next stop, or at the end. */
async function settled(): Promise<StepState> {
  return step(await lab.until((state) => state.step !== null && state.step.phase !== 'moving'))
}

function place({ service, direction }: StepStop): string {
  return `${service} ${direction}`
}

/** Steps until the packet waits where `fits` says. */
async function stepTo(fits: (stop: StepStop) => boolean): Promise<StepStop> {
  for (;;) {
    const { phase, stops } = await settled()
    const stop = stops.at(-1)
    if (phase !== 'waiting' || stop === undefined) throw new Error(`it ended in phase ${phase}`)
    if (fits(stop)) return stop
    await lab.run('stepNext', {})
  }
}

describe('a request that is stepped through', () => {
  it('waits at every network card, there and back, and says why', async () => {
    // The table is made by the first request: from here on the page asks its database once.
    await lab.run('sendRequest', { url: PAGE })
    await lab.run('stepRequest', { url: PAGE })
    await stepTo(({ message, to }) => message === 'response' && to === 'client')
    await lab.run('stepNext', {})
    const done = await settled()
    expect(done).toMatchObject({ phase: 'done', status: 200, failure: null })
    const web = done.stops[3]?.service ?? ''
    const app = done.stops[4]?.service ?? ''
    const there = ['dns-1 in', 'dns-1 out', 'lb-1 in', `${web} in`, `${app} in`, 'db-1 in']
    const back = ['db-1 out', `${app} out`, `${web} out`, 'lb-1 out']
    expect(done.stops.map(place)).toEqual([...there, ...back])
    expect(done.stops.map(({ why }) => why.key)).toEqual([
      'dnsQuery',
      'dnsAnswer',
      'request',
      'balancerChose',
      'proxied',
      'sql',
      'databaseAnswer',
      'response',
      'response',
      'response',
    ])
    expect(done.stops[1]?.why.params).toMatchObject({ address: '127.10.0.10', ttl: 60 })
    expect(done.stops[3]?.why.params).toMatchObject({ algorithm: 'roundrobin', backends: 'web-1 UP, web-2 UP' })
    expect(done.stops[5]?.why.params['sql']).toMatch(/select/i)
    // Where each went is among the answers that a person could have given.
    for (const [index, stop] of done.stops.entries()) {
      const next = done.stops[index + 1]
      expect(stop.choices).toEqual(expect.arrayContaining([...stop.answers]))
      if (next !== undefined) expect(stop.answers).toContain(next.to)
      expect(stop.ended?.how).toBe('released')
    }
    const trace = await lab.run('readTrace', { trace: done.trace ?? 0 })
    expect(trace.hops.filter(({ holds }) => holds.length > 0).length).toBeGreaterThanOrEqual(5)
    expect(lab.state().traces.at(-1)).toMatchObject({ stepped: true, status: 200 })
  })

  it('plays by itself, can be paused, and runs to its end', async () => {
    await lab.run('stepRequest', { url: PAGE })
    await lab.run('stepPlay', { paceMs: 50 })
    await lab.until((state) => step(state).stops.length >= 4)
    await lab.run('stepPause', {})
    const paused = await settled()
    expect(paused).toMatchObject({ phase: 'waiting', paceMs: null })
    await lab.run('stepToEnd', {})
    const done = step(await lab.until((state) => step(state).phase === 'done'))
    expect(done).toMatchObject({ status: 200 })
    expect(done.stops).toHaveLength(paused.stops.length)
    await expect(lab.run('stepNext', {})).rejects.toMatchObject({ code: 'STEP_NONE' })
  })

  it('is one at a time, and can be given up', async () => {
    await lab.run('stepRequest', { url: PAGE })
    await expect(lab.run('stepRequest', {})).rejects.toMatchObject({ code: 'STEP_BUSY' })
    await stepTo(({ service }) => service === 'lb-1')
    expect(await lab.run('stepCancel', {})).toMatchObject({ phase: 'cancelled' })
    // The way is free for others, and for the next one.
    expect(await lab.run('sendRequest', { url: PAGE })).toMatchObject({ status: 200 })
    await lab.run('stepRequest', { url: PAGE })
    await lab.run('stepToEnd', {})
    await lab.until((state) => step(state).phase === 'done')
  })

  it('says what happens when the process dies that it waits for', async () => {
    await lab.run('stepRequest', { url: PAGE })
    const stop = await stepTo(({ service }) => service.startsWith('web-'))
    await lab.run('actOnService', { service: stop.service, action: 'kill' })
    // The balancer gives the request to the other server, where it is held again.
    const again = await lab.until((state) => step(state).stops.length > stop.no && step(state).phase === 'waiting')
    expect(step(again).stops[stop.no - 1]?.ended).toMatchObject({ how: 'lost', reason: 'server-gone' })
    const other = step(again).stops.at(-1)
    expect(other?.service).toBe(stop.service === 'web-1' ? 'web-2' : 'web-1')
    await lab.run('stepToEnd', {})
    const done = step(await lab.until((state) => step(state).phase === 'done'))
    expect(done.status).toBe(200)
    const trace = await lab.run('readTrace', { trace: done.trace ?? 0 })
    expect(trace.hops.some(({ to, failed }) => to === stop.service && failed !== null)).toBe(true)
  })

  it('brings an answer although the process that gave it dies while it is held', async () => {
    await lab.run('stepRequest', { url: PAGE })
    const stop = await stepTo(({ service, direction }) => service.startsWith('web-') && direction === 'out')
    await lab.run('actOnService', { service: stop.service, action: 'kill' })
    // Longer than the network card takes to look whether anybody is gone.
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(step(lab.state()).stops[stop.no - 1]?.ended).toBeNull()
    await lab.run('stepToEnd', {})
    expect(step(await lab.until((state) => step(state).phase === 'done'))).toMatchObject({ status: 200 })
  })

  it('gives up when the DNS server dies that was asked', async () => {
    await lab.run('stepRequest', { url: PAGE })
    await stepTo(({ service, direction }) => service === 'dns-1' && direction === 'in')
    await lab.run('actOnService', { service: 'dns-1', action: 'kill' })
    const failed = step(await lab.until((state) => step(state).phase === 'failed'))
    expect(failed.stops[0]?.ended).toMatchObject({ how: 'lost', reason: 'server-gone' })
    expect(failed.failure?.code).toBe('REQUEST_DNS_FAILED')
  })

  it('hangs nowhere when the network cards die or the lab stops', async () => {
    await lab.run('stepRequest', { url: PAGE })
    const stop = await stepTo(({ service }) => service === 'db-1')
    process.kill(lab.state().network.pid ?? 0, 'SIGKILL')
    const lost = await lab.until((state) => step(state).stops[stop.no - 1]?.ended !== null)
    expect(step(lost).stops[stop.no - 1]?.ended).toMatchObject({ how: 'lost', reason: 'nic-ends' })
    await lab.until((state) => step(state).phase === 'failed' && state.network.state === 'ready')

    await lab.run('stepRequest', { url: PAGE })
    await stepTo(({ service }) => service === 'dns-1')
    await lab.run('stopLab', {})
    expect(lab.state().phase).toBe('idle')
  })
})

/** Long enough that every usual time-out would have struck: one minute; `npm run soak` and a person take more. */
const HOLD_MS = 60_000

describe('requests that are held for a minute, one at each network card', () => {
  it('arrive all the same, and cost others nothing', { timeout: 180_000 }, async () => {
    await lab.run('sendRequest', { url: PAGE })
    const engine = lab.engine as Engine
    const { network, plan } = engine.lab
    const browser = new LabBrowser(plan, engine.events, network)
    const held = new Map<string, HoldReport & { readonly type: 'held' }>()
    const watchers = new Set<() => void>()
    network.onHolds((report) => {
      if (report.type === 'held') held.set(report.held.traceId, report)
      watchers.forEach((watch) => watch())
    })
    const holdOf = (traceId: string, after: number): Promise<HoldReport & { readonly type: 'held' }> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = held.get(traceId)
          if (found === undefined || found.held.holdId <= after) return
          watchers.delete(look)
          resolve(found)
        }
        watchers.add(look)
        look()
      })

    const traffic = new BackgroundTraffic({
      address: plan.entry.address,
      port: plan.entry.port,
      ratePerSecond: 200,
      paths: ['/', '/guestbook'],
      localAddress: plan.clientAddress,
    })
    const calm = async (count: number): Promise<void> => {
      const from = traffic.ended
      while (traffic.ended < from + count) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await calm(2000)
    const before = traffic.ended

    // Ten points: the question and the answer of DNS, and four cards there and back. Request k waits at point k.
    const requests = Array.from({ length: 10 }, async (_, point) => {
      const trace = startTrace()
      const { traceId } = trace
      await network.ask({ type: 'hold', traceId })
      const answer = browser.open(PAGE, {
        trace,
        patient: true,
        beforeDns: async (name, address, port) => {
          await network.ask({ type: 'holdDns', traceId, name, address, port })
        },
      })
      let last = 0
      for (let passed = 0; ; passed += 1) {
        const { held: now } = await holdOf(traceId, last)
        last = now.holdId
        if (passed === point) return { traceId, answer, at: `${now.service} ${now.direction}` }
        await network.ask({ type: 'release', holdId: now.holdId })
      }
    })
    const waiting = await Promise.all(requests)
    expect(waiting.map(({ at }) => at.replace(/-\d/, ''))).toEqual([
      'dns in',
      'dns out',
      'lb in',
      'web in',
      'app in',
      'db in',
      'db out',
      'app out',
      'web out',
      'lb out',
    ])
    const begun = traffic.ended
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS))
    const ended = traffic.ended
    await Promise.all(waiting.map(({ traceId }) => network.ask({ type: 'releaseAll', traceId })))
    for (const { answer, at } of waiting) expect(await answer, at).toMatchObject({ status: 200, failure: null })

    const { failures, latenciesMs } = await traffic.stop()
    expect(failures).toEqual([])
    const calmMedian = percentile(latenciesMs.slice(before - 1500, before), 0.5)
    const heldMedian = percentile(latenciesMs.slice(begun, ended), 0.5)
    // A held request that stood in anybody's way would cost a whole minute, not a factor.
    expect(heldMedian).toBeLessThan(calmMedian * 3 + 5)
    expect(ended - begun).toBeGreaterThan((HOLD_MS / 1000) * 200 * 0.9)
  })
})
