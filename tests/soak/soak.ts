import { parseArgs } from 'node:util'
import { faultPlace, LabError, type FaultSpec, type LabEvent } from '../../services/contract/index.ts'
import { openTestEngine, type TestEngine } from '../engine.ts'
import { allFaults } from './all-faults.ts'
import { growth, holdingsOf, leftBehind, type Holdings } from './leaks.ts'
import { oneOf, seeded } from './random.ts'

/**
 * Random faults and repairs in a row, under traffic (`npm run soak`, the same again with `-- --seed N`). Ends by itself:
 * after 200 faults, or after 10 minutes, which is a failure. The lab must be as before, and nothing may be left.
 */

const TOPOLOGY = '1-distributed_web_infrastructure'
const RATE = 30
/** More of them at once would leave nothing to break. */
const MOST_AT_ONCE = 4
const PROOF_EVERY = 50
const LIMIT_MS = 10 * 60_000
/** What is kept of the limit for the last proof and the end of the lab. */
const RESERVE_MS = 60_000
const LONGEST_PAUSE_MS = 250
const TIMER_MS = 300
/** Longer than programs keep an idle connection. */
const KEPT_CONNECTIONS_MS = 30_000
/** One of so many faults is ended by its timer. */
const TIMER_SHARE = 0.2
/**
 * A fault may meet a service that another one has taken down already, or that needs a start and can't become ready: a DNS
 * server that answers nothing does not answer the probe either.
 */
const EXPECTED = new Set([
  'FAULT_EXISTS',
  'SERVICE_ACTION_INVALID',
  'SERVICE_BUSY',
  'SERVICE_NOT_READY',
  'SERVICE_NOT_READY_BROKEN',
  'HOST_OFF',
  'FAULT_FAILED',
])

const { values } = parseArgs({
  options: { seed: { type: 'string' }, faults: { type: 'string', default: '200' } },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const wanted = Number(values.faults)
const startedMs = performance.now()
const problems: string[] = []
const setCounts = new Map<string, number>()
let refused = 0

function say(text: string): void {
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s  ${text}`)
}

async function prove(lab: TestEngine, when: string): Promise<void> {
  const report = await lab.run('clearAllFaults', {})
  for (const { check, ok, detail } of report.checks) if (!ok) problems.push(`${when}: ${check}: ${detail}`)
  say(`${when}: ${report.asBefore ? 'the lab is as before' : 'the lab is NOT as before'}`)
}

/** Sets one fault; false where the lab rightly refused it. */
async function breakOne(lab: TestEngine, spec: FaultSpec, random: () => number): Promise<boolean> {
  const name = `${spec.fault} on ${faultPlace(spec)}`
  try {
    await lab.run('addFault', { spec, ...(random() < TIMER_SHARE ? { forMs: TIMER_MS } : {}) })
    setCounts.set(spec.fault, (setCounts.get(spec.fault) ?? 0) + 1)
    say(name)
    return true
  } catch (error) {
    const code = error instanceof LabError ? error.code : String(error)
    refused += 1
    if (!EXPECTED.has(code)) problems.push(`${name}: ${error instanceof Error ? error.message : code}`)
    return false
  }
}

async function repairOne(lab: TestEngine, random: () => number): Promise<void> {
  const { id, spec } = oneOf(lab.state().faults, random)
  try {
    await lab.run('clearFault', { id })
  } catch (error) {
    // Its timer, or somebody's start, was quicker; or the service needs what another fault still holds.
    if (!(error instanceof LabError)) throw error
    if (error.code !== 'FAULT_UNKNOWN') say(`not repaired yet: ${spec.fault} on ${faultPlace(spec)}: ${error.message}`)
  }
}

async function breakAndRepair(lab: TestEngine, random: () => number): Promise<void> {
  let set = 0
  while (set < wanted) {
    if (performance.now() - startedMs > LIMIT_MS - RESERVE_MS) {
      problems.push(`only ${set} of ${wanted} faults fitted into the time`)
      return
    }
    // Kinds first, so that rare ones are as frequent as those with many places.
    const specs = oneOf([...allFaults(lab.state(), random).values()], random)
    if (await breakOne(lab, oneOf(specs, random), random)) set += 1
    else continue
    await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_PAUSE_MS))
    while (lab.state().faults.length >= MOST_AT_ONCE) {
      if (lab.state().faults.every(({ phase }) => phase === 'failed')) break
      await repairOne(lab, random)
    }
    if (lab.state().faults.length > 0 && random() < 0.5) await repairOne(lab, random)
    if (set % PROOF_EVERY === 0) await prove(lab, `after ${set} faults`)
  }
}

function pidsOf(events: readonly LabEvent[]): ReadonlySet<number> {
  const pids = events.flatMap((event) =>
    event.type === 'serviceChanged' && typeof event.patch.pid === 'number' ? [event.patch.pid] : [],
  )
  return new Set(pids)
}

/** What has grown and stays so: connections that are kept for the next request are closed when none comes. */
async function lastingGrowth(before: Holdings, lab: TestEngine): Promise<readonly string[]> {
  const untilMs = Date.now() + KEPT_CONNECTIONS_MS
  let grown = growth(before, await holdingsOf(lab))
  while (grown.length > 0 && Date.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    grown = growth(before, await holdingsOf(lab))
  }
  return grown
}

async function soak(): Promise<void> {
  const random = seeded(seed)
  const lab = await openTestEngine()
  let isOpen = true
  try {
    await lab.run('startLab', { topology: TOPOLOGY })
    await lab.run('clearAllFaults', {})
    const before = await holdingsOf(lab)
    await lab.run('startTraffic', {
      rate: RATE,
      connections: 'keep-alive',
      urls: [{ url: '/' }, { url: '/guestbook' }],
    })
    await breakAndRepair(lab, random)
    await lab.run('stopTraffic', {})
    await prove(lab, 'at the end')
    problems.push(...(await lastingGrowth(before, lab)))
    const pids = pidsOf(lab.events)
    const { stateDir } = lab.options
    await lab.engine.dispose()
    problems.push(...(await leftBehind(pids, stateDir)))
    isOpen = false
    await lab.close()
  } finally {
    if (isOpen) await lab.close()
  }
}

console.log(`seed ${seed}; the same again: npm run soak -- --seed ${seed}`)
setTimeout(() => {
  console.log(`FAILED: not over after ${LIMIT_MS / 1000} s`)
  process.exit(1)
}, LIMIT_MS).unref()
try {
  await soak()
} catch (error) {
  problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
}
const kinds = [...setCounts].sort(([a], [b]) => a.localeCompare(b)).map(([kind, times]) => `${kind} ${times}`)
const total = [...setCounts.values()].reduce((sum, times) => sum + times, 0)
console.log(`\n${total} faults set (${kinds.join(', ')}), ${refused} refused; seed ${seed}`)
for (const problem of problems) console.log(`FAILED: ${problem}`)
console.log(problems.length === 0 ? 'The lab was as before, and nothing was left.' : `${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
