import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TrafficResult } from '../../services/contract/index.ts'
import { findTool } from '../tools.ts'
import { median, type Bench, type BenchRow } from './bench.ts'

/**
 * The load generator: whether it holds its schedule, by the books of the server that it asks, and whether its percentiles
 * are those of others. Debian's wrk has no fixed rate, so the server's delays do not depend on the load: then a closed
 * loop (wrk) and an open one (a plain client) must see the same latencies.
 */

const ADDRESS = '127.20.8.10'
const PORT = 20_810
const SERVER = `http://${ADDRESS}:${PORT}`
const ROUNDS = 3
const SECONDS = 4
const FAST = 1000
/** For percentiles: at 70 ms each this keeps about as many connections busy as wrk has. */
const SLOW = 200
const WRK_CONNECTIONS = 14

/** Timers of 1 ms on both sides, of 40 to 100 ms, and what two runs on a busy machine differ by. */
const AGREEMENT_PERCENT = 5

const PERCENTILES = ['p50', 'p95', 'p99'] as const
type Percentiles = Readonly<Record<(typeof PERCENTILES)[number], number>>

const run = promisify(execFile)

export const bench: Bench = {
  name: 'traffic',
  tools: ['wrk'],
  run: async (progress) => {
    const server = await startServer()
    try {
      return [...(await holdSchedule(progress)), ...(await comparePercentiles(progress))]
    } finally {
      await end(server)
    }
  },
}

async function holdSchedule(progress: (line: string) => void): Promise<BenchRow[]> {
  const deviations: number[] = []
  const results: TrafficResult[] = []
  await generate('/bare', FAST)
  for (let round = 0; round < ROUNDS; round += 1) {
    await readBooks()
    results.push(await generate('/bare', FAST))
    const { arrived, firstMs, lastMs } = await readBooks()
    // The first and the last of n requests are n - 1 distances apart.
    const rate = ((arrived - 1) / (lastMs - firstMs)) * 1000
    const missing = Math.abs(arrived - FAST * SECONDS) / (FAST * SECONDS)
    deviations.push(100 * Math.max(missing, Math.abs(rate - FAST) / FAST))
    progress(`traffic, schedule: round ${round + 1} of ${ROUNDS}`)
  }
  const lag = (key: 'p50' | 'p99'): number => median(results.map(({ lagMs }) => lagMs[key]))
  return [
    {
      what: `traffic, ${FAST} req/s: off schedule, as the server counted`,
      against: 'schedule',
      value: median(deviations),
      unit: '%',
      goal: { atMost: 1 },
      detail: `${results.map(({ succeeded, due }) => `${succeeded} of ${due}`).join(', ')} succeeded`,
    },
    {
      what: `traffic, ${FAST} req/s: sent late, p99`,
      against: 'schedule',
      value: lag('p99'),
      unit: 'ms',
      goal: null,
      detail: `p50 ${lag('p50').toFixed(2)} ms`,
    },
  ]
}

async function comparePercentiles(progress: (line: string) => void): Promise<BenchRow[]> {
  const rounds: { ours: Percentiles; plain: Percentiles; wrk: Pick<Percentiles, 'p50' | 'p99'> }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = (await generate('/delayed', SLOW)).latencyMs
    if (ours === null) throw new Error('no request of the generator succeeded')
    rounds.push({ ours, plain: await askPlainClient(), wrk: await askWrk() })
    progress(`traffic, percentiles: round ${round + 1} of ${ROUNDS}`)
  }
  const row = (
    name: keyof Percentiles,
    against: string,
    theirs: (round: (typeof rounds)[number]) => number,
  ): BenchRow => ({
    what: `traffic, ${SLOW} req/s to a server with delays: ${name} differs by`,
    against,
    // The quietest round of each side: whatever else the machine does can only add to a latency.
    value: 100 * Math.abs(least(rounds, ({ ours }) => ours[name]) / least(rounds, theirs) - 1),
    unit: '%',
    goal: { atMost: AGREEMENT_PERCENT },
    detail: rounds.map((round) => `${round.ours[name].toFixed(1)} / ${theirs(round).toFixed(1)} ms`).join(', '),
  })
  return [
    ...PERCENTILES.map((name) => row(name, 'a plain open-loop client', ({ plain }) => plain[name])),
    ...(['p50', 'p99'] as const).map((name) => row(name, 'wrk (closed loop)', ({ wrk }) => wrk[name])),
  ]
}

function least<Round>(rounds: readonly Round[], figure: (round: Round) => number): number {
  return Math.min(...rounds.map(figure))
}

/** The generator alone, as a process of its own. Throws when a request failed. */
async function generate(path: string, rate: number): Promise<TrafficResult> {
  const bundled = fileURLToPath(new URL('../../out/programs/traffic.mjs', import.meta.url))
  const source = fileURLToPath(new URL('../../services/programs/traffic/main.ts', import.meta.url))
  const { stdout } = await run(process.execPath, [
    existsSync(bundled) ? bundled : source,
    ...['--rate', String(rate), '--seconds', String(SECONDS), '--url', SERVER + path, '--json'],
  ])
  const { result } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { result: TrafficResult }
  if (result.succeeded !== result.due) throw new Error(`requests failed: ${JSON.stringify(result.failed)}`)
  return result
}

async function askPlainClient(): Promise<Percentiles> {
  const script = fileURLToPath(new URL('traffic-client.ts', import.meta.url))
  const { stdout } = await run(process.execPath, [script, `${SERVER}/delayed`, String(SLOW), String(SECONDS)])
  return JSON.parse(stdout) as Percentiles
}

async function askWrk(): Promise<Pick<Percentiles, 'p50' | 'p99'>> {
  const options = ['--latency', '-t1', `-c${WRK_CONNECTIONS}`, `-d${SECONDS}s`, `${SERVER}/delayed`]
  const { stdout } = await run(findTool('wrk') ?? 'wrk', options)
  const at = (percent: number): number => {
    const [, figure, unit] = new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(stdout) ?? []
    return Number(figure) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1)
  }
  return { p50: at(50), p99: at(99) }
}

async function readBooks(): Promise<{ readonly arrived: number; readonly firstMs: number; readonly lastMs: number }> {
  const answer = await fetch(`${SERVER}/books`)
  return (await answer.json()) as Awaited<ReturnType<typeof readBooks>>
}

async function startServer(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('traffic-server.ts', import.meta.url))
  const child = spawn(process.execPath, [script, ADDRESS, String(PORT)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the server did not start'))),
  ])
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
