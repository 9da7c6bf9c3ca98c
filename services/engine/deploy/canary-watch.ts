import { setTimeout as pause } from 'node:timers/promises'
import { LabError, type CanaryFigures, type CanaryRule } from '../../contract/index.ts'
import type { BalancerControl } from './balancer-control.ts'
import { getOnce, type GetTarget } from './get-once.ts'
import type { Halt } from './until.ts'

/** The lab's own probes, so that the rule has something to go by when no visitor comes. */
const PROBE_EVERY_MS = 50
const PROBE_LIMIT_MS = 2_000
/** How often the figures are told. */
const TELL_EVERY = 5

export interface CanarySetting {
  readonly release: string
  readonly host: string
  readonly rule: CanaryRule
  /** Front pages: of the new release, and of a server with the old one (null when there is none). */
  readonly canary: GetTarget
  readonly old: GetTarget | null
  readonly balancers: BalancerControl
}

/** What was seen up to now. */
interface Seen {
  readonly times: number[]
  errors: number
}

/**
 * Watches the new release beside the old one: errors that the balancers count and errors and latency of probes of its own,
 * to the front page of each. Rejects with `CANARY_REFUSED` when the rule is not met.
 */
export async function watchCanary(
  setting: CanarySetting,
  halt: Halt,
  tell: (figures: CanaryFigures, watchedMs: number) => void,
): Promise<void> {
  const { rule, balancers } = setting
  const before = await balancers.answers()
  const [fresh, old]: [Seen, Seen] = [
    { times: [], errors: 0 },
    { times: [], errors: 0 },
  ]
  const figures = async (): Promise<CanaryFigures> => {
    const now = await balancers.answers()
    return {
      answers: fresh.times.length + fresh.errors + now.answers - before.answers,
      errors: fresh.errors + now.errors - before.errors,
      p95Ms: percentile95(fresh.times),
      oldAnswers: old.times.length,
      oldP95Ms: percentile95(old.times),
      verdict: null,
    }
  }
  const startedAt = performance.now()
  const pending: Promise<void>[] = []
  for (let probe = 0; performance.now() - startedAt < rule.watchMs; probe += 1) {
    halt()
    pending.push(ask(setting.canary, fresh))
    if (setting.old !== null) pending.push(ask(setting.old, old))
    if (probe % TELL_EVERY === 0) tell(await figures(), Math.min(performance.now() - startedAt, rule.watchMs))
    await pause(PROBE_EVERY_MS)
  }
  await Promise.all(pending)
  const last = await figures()
  const verdict = judgeCanary(last, rule)
  tell({ ...last, verdict }, rule.watchMs)
  if (verdict === 'go-on') return
  const { release, host } = setting
  throw new LabError('CANARY_REFUSED', { release, host, detail: describeVerdict(last, verdict, rule) })
}

async function ask(target: GetTarget, seen: Seen): Promise<void> {
  const { status, ms } = await getOnce(target, PROBE_LIMIT_MS)
  if (status === null || status >= 500) seen.errors += 1
  else seen.times.push(ms)
}

/** The rule of the canary. */
export function judgeCanary(figures: CanaryFigures, rule: CanaryRule): Exclude<CanaryFigures['verdict'], null> {
  const { answers, errors, p95Ms, oldP95Ms } = figures
  if (answers < rule.minAnswers) return 'too-few'
  if ((errors * 100) / answers > rule.maxErrorPercent) return 'errors'
  if (p95Ms === null || oldP95Ms === null) return 'go-on'
  return p95Ms > oldP95Ms * rule.maxLatencyFactor && p95Ms - oldP95Ms > rule.minSlowerMs ? 'latency' : 'go-on'
}

function describeVerdict(figures: CanaryFigures, verdict: CanaryFigures['verdict'], rule: CanaryRule): string {
  const { answers, errors, p95Ms, oldP95Ms } = figures
  if (verdict === 'errors') return `${errors} of ${answers} answers failed; ${rule.maxErrorPercent} % are allowed.`
  if (verdict === 'too-few') return `only ${answers} answers came; ${rule.minAnswers} are needed to judge it.`
  const times = `p95 is ${Math.round(p95Ms ?? 0)} ms, that of the old release ${Math.round(oldP95Ms ?? 0)} ms`
  return `${times}; ${rule.maxLatencyFactor} times as much is allowed.`
}

function percentile95(times: readonly number[]): number | null {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null
}
