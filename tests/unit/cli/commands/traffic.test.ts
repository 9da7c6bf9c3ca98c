import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyTrafficResult, type TrafficOrder, type TrafficRun } from '../../../../services/contract/index.ts'
import { FakeEngine } from '../../../fake-engine.ts'
import { CliHarness } from '../cli-harness.ts'

const RESULT = {
  ...emptyTrafficResult(200),
  ...{ seconds: 2, due: 400, sent: 400, succeeded: 380, failed: { refused: 18, status: 2 }, statuses: { '502': 2 } },
  ...{ downtimeMs: 100, longestGapMs: 95, slow: 3, retried: 1, releases: { v1: 200, v2: 180 } },
  ...{ servers: { 'lb-1 web-1': 380 }, latencyMs: { p50: 1, p95: 2, p99: 3, max: 4 } },
} as const

function run(patch: Partial<TrafficRun> = {}): TrafficRun {
  return {
    id: 1,
    label: '',
    settings: {
      ...{ rate: 200, rampTo: null, seconds: 2, urls: [{ url: 'http://www.foobar.com:8080/', weight: 1 }] },
      ...{ connections: 'keep-alive', slowMs: 500, timeoutMs: 5000 },
    },
    startedAtMs: 1000,
    endedAtMs: null,
    failure: null,
    result: emptyTrafficResult(200),
    ...patch,
  }
}

const SECOND = {
  ...{ second: 0, due: 200, sent: 200, releases: { v1: 182 }, failed: { refused: 18 }, slow: 0, lagMaxMs: 1 },
  latencyMs: { p50: 1, p95: 2, p99: 3, max: 4 },
}
const NO_CELLS = { at: [], ok: [], slow: [], failed: [] }

describe('traffic', () => {
  let cli: CliHarness
  let engine: FakeEngine
  let orders: TrafficOrder[]

  beforeEach(async () => {
    cli = await CliHarness.open()
    engine = new FakeEngine()
    orders = []
    engine.handlers.startTraffic = (order) => {
      orders.push(order)
      engine.emit({ type: 'trafficStarted', run: run() })
      const result = { ...RESULT, seconds: 1.2 }
      engine.emit({ type: 'trafficSampled', run: 1, result, cells: NO_CELLS, seconds: [SECOND], markers: [] })
      return run()
    }
    await cli.serve(engine)
  })
  afterEach(() => cli.close())

  const finish = (patch: Partial<TrafficRun> = {}): void =>
    engine.emit({ type: 'trafficFinished', run: run({ endedAtMs: 3000, result: RESULT, ...patch }) })

  async function runToEnd(...args: string[]) {
    const started = cli.start('traffic', ...args)
    await expect.poll(() => orders).toHaveLength(1)
    finish()
    return started.done
  }

  it('--json prints the result alone, with exactly the documented fields', async () => {
    const { exitCode, stdout } = await runToEnd('--rate', '200', '--for', '2', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      ...{ rate: 200, seconds: 2, due: 400, sent: 400, succeeded: 380, failed: { refused: 18, status: 2 } },
      ...{ statuses: { '502': 2 }, slow: 3, retried: 1, downtimeMs: 100, longestGapMs: 95, resolutionMs: 5 },
      ...{ latencyMs: { p50: 1, p95: 2, p99: 3, max: 4 }, releases: { v1: 200, v2: 180 } },
      ...{ servers: { 'lb-1 web-1': 380 }, lagMs: { p50: 0, p99: 0, max: 0 }, behind: false },
    })
    expect(orders).toEqual([{ rate: 200, seconds: 2, connections: 'keep-alive' }])
  })

  it('says a line a second and the result to a person', async () => {
    const { stdout } = await runToEnd('--rate', '200', '--for', '2')
    expect(stdout.split('\n')).toEqual([
      '   1 s    200 due    182 ok     18 failed  p50 1 ms  p99 3 ms  v1: 182  (refused: 18)',
      '400 requests were due in 2 s: 380 succeeded, 20 failed (refused: 18, status: 2; status 502: 2), 3 slow, 1 sent again.',
      'Downtime 100 ms, longest gap 95 ms (+-5 ms).',
      'Latency p50 1 ms, p95 2 ms, p99 3 ms, max 4 ms.',
      'Answers by release: v1: 200, v2: 180.',
      '',
    ])
  })

  it('passes on what is wanted', async () => {
    const more = ['--ramp-to', '400', '--new-connections', '--url', '/', '/guestbook', '--slow-ms', '50']
    await runToEnd('--rate', '10.5', '--for', '3', ...more)
    expect(orders).toEqual([
      {
        ...{ rate: 10.5, seconds: 3, rampTo: 400, connections: 'new', slowMs: 50 },
        urls: [{ url: '/' }, { url: '/guestbook' }],
      },
    ])
  })

  it('Ctrl-C stops the run and prints what it measured', async () => {
    engine.handlers.stopTraffic = () => {
      finish()
      return run({ endedAtMs: 3000, result: RESULT })
    }
    const started = cli.start('traffic', '--rate', '200', '--for', '60', '--json')
    await expect.poll(() => orders).toHaveLength(1)
    started.pressCtrlC()
    const { exitCode, stdout } = await started.done
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ due: 400 })
  })

  it('fails with the reason when the generator did', async () => {
    const started = cli.start('traffic', '--rate', '200', '--for', '2')
    await expect.poll(() => orders).toHaveLength(1)
    finish({ failure: { code: 'TRAFFIC_FAILED', message: '', params: { detail: 'it ended with SIGKILL' } } })
    expect(await started.done).toMatchObject({ exitCode: 1 })
  })

  it.each([
    [['--for', '2'], 'required option'],
    [['--rate', '0', '--for', '2'], 'above 0'],
  ])('is a mistake of the command line: %j', async (args, words) => {
    const { exitCode, stderr } = await cli.run('traffic', ...args)
    expect(exitCode).toBe(2)
    expect(stderr).toContain(words)
  })
})
