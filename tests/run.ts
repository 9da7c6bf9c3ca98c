import { mkdirSync, rmSync } from 'node:fs'
import { buildParts } from '../electron/setup/build-parts.ts'
import { failureSentence, seconds } from '../electron/setup/progress.mjs'
import { ROOT } from '../electron/setup/project.mjs'
import { ensureTestTools } from '../electron/setup/test-tools.ts'
import { startDisplay } from './runner/display.ts'
import { killEverything, runInGroup } from './runner/process-group.ts'
import { LinePrinter } from './runner/line-printer.ts'
import { addCounts, closingLine, NO_TESTS, readCounts, type Counts, type Failure } from './runner/results.ts'
import { findOwnLoopback } from './runner/own-loopback.ts'
import { again, CHECK_LANES, reportFile, RESULTS, SLOW_LANES, type Step } from './runner/steps.ts'

/**
 * `npm run check` (what needs no processes of the system), `npm test` (everything), `npm run bench` and `npm run soak`.
 * Every step is run even when one before it failed; the last line sums up the tests, and the exit code is 0 only when
 * all is well.
 */

interface Outcome {
  readonly name: string
  readonly ok: boolean
  readonly why: string
  readonly tookMs: number
  readonly counts: Counts
  /** Tests that passed only when they were tried again, with what they said the first time. */
  readonly unsteady?: readonly Failure[]
}

/**
 * What a step writes: as it comes (the step has the terminal), each line with the step's name before it (several steps
 * at the same time, minutes long), or together when the step is over (several short ones).
 */
type Output = 'as it comes' | 'by line' | 'together'

const LEFT_BEHIND = 'left behind a process'

async function runStep(step: Step, output: Output, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const startedMs = Date.now()
  if (output !== 'together') console.log(`\n--- ${step.name}`)
  const report = reportFile(step)
  rmSync(report, { force: true })
  const kept: string[] = []
  const lines = new LinePrinter(step.name, (line) => console.log(line))
  const end = await runInGroup(step.command, {
    env: { ...env, HOPLAB_REPORT: report, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
    limitMs: step.limitMs,
    ...(output === 'together' ? { onOutput: (text: string) => void kept.push(text) } : {}),
    ...(output === 'by line' ? { onOutput: (text: string) => lines.write(text) } : {}),
  })
  lines.end()
  const read = step.runner === undefined ? NO_TESTS : readCounts(step.runner, report)
  const counts = read !== null && step.isPart === true ? { ...read, skipped: 0, skippedNames: [] } : read
  const why = [
    ...(end.ok ? [] : [end.why]),
    ...(counts === null ? ['it wrote no report'] : complaints(counts)),
    ...end.leftovers.map((process) => `${LEFT_BEHIND}: ${process}`),
  ].join('; ')
  const tookMs = Date.now() - startedMs
  if (output === 'together') console.log(`\n--- ${step.name}${kept.length === 0 ? '' : `\n${kept.join('').trimEnd()}`}`)
  console.log(`--- ${step.name}: ${why === '' ? 'ok' : `FAILED, ${why}`} (${seconds(tookMs)})`)
  return { name: step.name, ok: why === '', why, tookMs, counts: counts ?? NO_TESTS }
}

/** What is wrong with the figures themselves, whatever the runner's exit code says. */
function complaints(counts: Counts): string[] {
  if (counts.failed > 0) return [`${counts.failed} tests failed`]
  if (counts.passed === 0 && counts !== NO_TESTS) return ['no test ran']
  if (counts.skipped > 0 && process.env['CI']) return [`CI skips no test: ${counts.skippedNames.join('; ')}`]
  return []
}

async function runLane(steps: readonly Step[], output: Output): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const step of steps) outcomes.push(await (step.display ? runOnDisplay(step, output) : runStep(step, output)))
  return outcomes
}

async function runCheck(): Promise<Outcome[]> {
  console.log(
    `running ${CHECK_LANES.flat()
      .map((step) => step.name)
      .join(', ')}; two at a time`,
  )
  return (await Promise.all(CHECK_LANES.map((lane) => runLane(lane, 'together')))).flat()
}

/** What the slow steps build on. A build that fails is an outcome like another. */
async function runBuild(): Promise<Outcome> {
  const startedMs = Date.now()
  console.log('\n--- build')
  try {
    const done = await buildParts(['programs', 'cli', 'window'], (text) => console.log(text))
    console.log(`--- build: ${done} (${seconds(Date.now() - startedMs)})`)
    return { name: 'build', ok: true, why: '', tookMs: Date.now() - startedMs, counts: NO_TESTS }
  } catch (error) {
    console.log(failureSentence(error))
    return { name: 'build', ok: false, why: 'see above', tookMs: Date.now() - startedMs, counts: NO_TESTS }
  }
}

async function runSlowLanes(): Promise<Outcome[]> {
  const wrap = await findOwnLoopback()
  const own = (step: Step): Step => (wrap && step.ownLoopback ? { ...step, command: wrap(step.command) } : step)
  const names = SLOW_LANES.map((lane) => lane.map((step) => step.name).join(', '))
  let lanes = SLOW_LANES
  if (wrap === null) {
    console.log(`\nrunning ${names.join(', ')}, one after the other: this system gives a test no loopback of its own`)
    lanes = [SLOW_LANES.flat()]
  } else console.log(`\nrunning ${names.join(' beside ')}`)
  const output = lanes.length === 1 ? 'as it comes' : 'by line'
  const outcomes = (await Promise.all(lanes.map((lane) => runLane(lane.map(own), output)))).flat()
  const steps = lanes.flat()
  for (const [index, outcome] of outcomes.entries()) {
    const step = steps[index]
    if (step !== undefined && !outcome.ok) outcomes[index] = await runAgain(step, outcome, own)
  }
  return outcomes
}

/** More failures than this are no accident. */
const MAX_AGAIN = 5

/**
 * Tries failed tests again, by themselves: a test of real processes that failed while two lanes shared the processors may
 * have been starved. What passes only then is printed as such; what fails again has failed.
 */
async function runAgain(step: Step, outcome: Outcome, own: (step: Step) => Step): Promise<Outcome> {
  const { failures } = outcome.counts
  const isOnlyTests = failures.every(({ file }) => file !== '') && !outcome.why.includes(LEFT_BEHIND)
  if (failures.length === 0 || failures.length > MAX_AGAIN || !isOnlyTests) return outcome
  const narrowed = again(step, failures)
  if (narrowed === null) return outcome
  console.log(`\nonce more, alone: ${failures.map(({ name }) => name).join('; ')}`)
  const second = (await runLane([own(narrowed)], 'as it comes'))[0]
  // Whose name is a part of another's brings that one along.
  if (second === undefined || !second.ok || second.counts.passed < failures.length) return outcome
  const counts = { ...outcome.counts, passed: outcome.counts.passed + failures.length, failed: 0, failures: [] }
  return { ...outcome, ok: true, why: '', counts, unsteady: failures, tookMs: outcome.tookMs + second.tookMs }
}

async function runOnDisplay(step: Step, output: Output): Promise<Outcome> {
  const display = await startDisplay().catch((error: unknown) => failureSentence(error))
  if (typeof display === 'string') {
    // Nothing of this step can run: a skip where the tool is missing, a failure under CI.
    console.log(`\n--- ${step.name}\n--- ${step.name}: skipped, ${display.split('\n')[0]}`)
    const ok = !process.env['CI']
    return {
      name: step.name,
      ok,
      why: display,
      tookMs: 0,
      counts: { ...NO_TESTS, skipped: 1, skippedNames: [step.name] },
    }
  }
  try {
    return await runStep(step, output, { DISPLAY: display.name })
  } finally {
    await display.stop()
  }
}

/** Prints what failed, what passed only at a second try and what was skipped, then the sum. */
function close(outcomes: readonly Outcome[], startedMs: number): number {
  const failed = outcomes.filter((outcome) => !outcome.ok)
  const sum = addCounts(outcomes.map((outcome) => outcome.counts))
  console.log(`\n${outcomes.length} steps in ${seconds(Date.now() - startedMs)}:`)
  for (const { name, ok, why, tookMs } of outcomes) {
    console.log(`  ${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(14)}${seconds(tookMs).padStart(8)}${ok ? '' : `  ${why}`}`)
  }
  for (const failure of sum.failures) console.log(`  failed: ${described(failure)}`)
  for (const { unsteady = [] } of outcomes) {
    for (const failure of unsteady) console.log(`  passed only when tried again, alone: ${described(failure)}`)
  }
  for (const name of sum.skippedNames) console.log(`  skipped: ${name}`)
  // A step that failed without a failed test (lint, types, a leftover process) counts as one failure.
  const withoutTest = failed.filter((outcome) => outcome.counts.failed === 0).length
  console.log(closingLine({ ...sum, failed: sum.failed + withoutTest }))
  return failed.length === 0 ? 0 : 1
}

function described({ name, why }: Failure): string {
  return [name, ...why.split('\n')].join('\n      ')
}

async function runBench(names: readonly string[]): Promise<number> {
  console.log(await ensureTestTools((text) => console.log(text)))
  console.log(await buildParts(['programs', 'cli', 'window'], (text) => console.log(text)))
  const display = await startDisplay()
  try {
    const end = await runInGroup([process.execPath, 'tests/bench/run.ts', ...names], {
      env: { DISPLAY: display.name },
      limitMs: BENCH_LIMIT_MS,
    })
    for (const process of end.leftovers) console.log(`a bench left behind a process: ${process}`)
    if (!end.ok) console.log(`the bench ${end.why}`)
    return end.ok && end.leftovers.length === 0 ? 0 : 1
  } finally {
    await display.stop()
  }
}

const BENCH_LIMIT_MS = 30 * 60_000

/** It bounds itself to 10 minutes; this is for one that hangs. */
async function runSoak(options: readonly string[]): Promise<number> {
  console.log(await buildParts(['programs'], (text) => console.log(text)))
  const end = await runInGroup([process.execPath, 'tests/soak/soak.ts', ...options], { limitMs: SOAK_LIMIT_MS })
  for (const process of end.leftovers) console.log(`the soak left behind a process: ${process}`)
  if (!end.ok) console.log(`the soak ${end.why}`)
  return end.ok && end.leftovers.length === 0 ? 0 : 1
}

const SOAK_LIMIT_MS = 11 * 60_000

async function run(mode: string | undefined, names: readonly string[]): Promise<number> {
  const startedMs = Date.now()
  mkdirSync(RESULTS, { recursive: true })
  if (mode === 'bench') return runBench(names)
  if (mode === 'soak') return runSoak(names)
  if (mode === 'check') return close(await runCheck(), startedMs)
  if (mode !== 'all') throw new Error('usage: tests/run.ts check | all | bench [NAME ...] | soak [--seed N]')
  console.log(`test tools: ${await ensureTestTools((text) => console.log(`test tools: ${text}`))}`)
  const outcomes = await runCheck()
  outcomes.push(await runBuild())
  outcomes.push(...(await runSlowLanes()))
  return close(outcomes, startedMs)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    killEverything()
    process.exit(1)
  })
}
process.on('exit', killEverything)
process.chdir(ROOT)
try {
  process.exitCode = await run(process.argv[2], process.argv.slice(3))
} catch (error) {
  console.error(failureSentence(error))
  process.exitCode = 1
}
