import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Engine } from '../../services/engine/create-engine.ts'
import { LabBrowser } from '../../services/engine/browser/lab-browser.ts'
import { startTrace } from '../../services/engine/browser/trace-context.ts'
import { openTestEngine, type TestEngine } from '../engine.ts'
import { findTool } from '../tools.ts'
import { median, type Bench, type BenchRow } from './bench.ts'

/**
 * A page through the whole distributed lab, with the network cards of all hosts and without any: the same programs, the
 * same files, by wrk. Then the same lab with requests that are held at its cards, for what they cost others.
 */

const TOPOLOGY = '1-distributed_web_infrastructure'
const ENTRY = 'http://127.10.0.10:8080'
const CONNECTIONS = 32
const RUN_SECONDS = 2
const ROUNDS = 5
const HELD = 8

interface Measured {
  readonly requestsPerSecond: number
  readonly p99Ms: number
}

export const bench: Bench = {
  name: 'network',
  tools: ['wrk'],
  async run(progress) {
    const withCards: number[] = []
    const without: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      without.push(await measureLab(false))
      withCards.push(await measureLab(true))
      progress(`network: round ${round + 1} of ${ROUNDS}`)
    }
    return [pageRow(withCards, without), await measureHolds(progress)]
  },
}

function pageRow(withCards: readonly number[], without: readonly number[]): BenchRow {
  return {
    what: 'a page through all network cards, full recording',
    against: 'the same lab without network cards',
    value: median(withCards.map((rate, round) => rate / (without[round] ?? Number.NaN))),
    goal: { atLeast: 0.65 },
    detail: `${Math.round(median(withCards))} against ${Math.round(median(without))} requests/s, ${CONNECTIONS} connections`,
  }
}

async function startLab(networkCards: boolean): Promise<TestEngine> {
  const lab = await openTestEngine({ networkCards })
  await lab.run('startLab', { topology: TOPOLOGY })
  await lab.until(({ backends }) => backends.length === 2 && backends.every(({ state }) => state === 'up'))
  // Compiled code is what a lab that runs for a while has.
  await wrk()
  return lab
}

async function measureLab(networkCards: boolean): Promise<number> {
  const lab = await startLab(networkCards)
  try {
    return (await wrk()).requestsPerSecond
  } finally {
    await lab.close()
  }
}

async function measureHolds(progress: (line: string) => void): Promise<BenchRow> {
  const lab = await startLab(true)
  try {
    const free: number[] = []
    const held: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      free.push((await wrk()).p99Ms)
      const release = await holdRequests(lab)
      held.push((await wrk()).p99Ms)
      await release()
      progress(`network, held requests: round ${round + 1} of ${ROUNDS}`)
    }
    return {
      what: `p99 of others while ${HELD} requests are held`,
      against: 'the same lab with nothing held',
      value: median(held.map((ms, round) => ms / (free[round] ?? Number.NaN))),
      goal: { atMost: 1.25 },
      detail: `${median(held).toFixed(1)} against ${median(free).toFixed(1)} ms`,
    }
  } finally {
    await lab.close()
  }
}

/** Holds requests of the browser at the balancer's card; resolves with the way to let them go. */
async function holdRequests(lab: TestEngine): Promise<() => Promise<void>> {
  const engine = lab.engine as Engine
  const { network, plan } = engine.lab
  const browser = new LabBrowser(plan, engine.events, network)
  let waiting = 0
  const arrived = new Promise<void>((resolve) => {
    network.onHolds((report) => {
      if (report.type === 'held' && (waiting += 1) === HELD) resolve()
    })
  })
  const traces = Array.from({ length: HELD }, () => startTrace())
  for (const { traceId } of traces) await network.ask({ type: 'hold', traceId })
  const answers = traces.map((trace) => browser.open(`${ENTRY}/guestbook`, { trace, patient: true }))
  await arrived
  return async () => {
    for (const { traceId } of traces) await network.ask({ type: 'releaseAll', traceId })
    await Promise.all(answers)
  }
}

/** Throws when any request failed. */
async function wrk(): Promise<Measured> {
  const options = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${RUN_SECONDS}s`, '--latency']
  const { stdout } = await promisify(execFile)(findTool('wrk') ?? 'wrk', [...options, `${ENTRY}/`])
  const requestsPerSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])
  const p99Ms = readMs(/99%\s+([\d.]+(?:us|ms|s))/.exec(stdout)?.[1] ?? '')
  if (!(requestsPerSecond > 0) || /Non-2xx|Socket errors: .*(connect|write|timeout) [1-9]/.test(stdout))
    throw new Error(`wrk went wrong:\n${stdout}`)
  return { requestsPerSecond, p99Ms }
}

function readMs(text: string): number {
  const value = Number.parseFloat(text)
  if (text.endsWith('us')) return value / 1000
  return text.endsWith('ms') ? value : value * 1000
}
