import type { TrafficResult, TrafficSecond } from '../../contract/traffic.ts'

/** A run in words for a terminal. */

/** One line for a second that is over; who still waits for an answer is said too. */
export function secondText(second: TrafficSecond): string {
  const succeeded = sum(second.releases)
  const failed = counts(second.failed)
  const waiting = second.due - succeeded - sum(second.failed)
  const { latencyMs } = second
  return [
    `${String(second.second + 1).padStart(4)} s`,
    `${String(second.due).padStart(5)} due`,
    `${String(succeeded).padStart(5)} ok`,
    `${String(sum(second.failed)).padStart(5)} failed`,
    latencyMs === null ? 'no answer' : `p50 ${ms(latencyMs.p50)}  p99 ${ms(latencyMs.p99)}`,
    counts(second.releases),
    failed === '' ? '' : `(${failed})`,
    waiting > 0 ? `${waiting} wait` : '',
  ]
    .filter((part) => part !== '')
    .join('  ')
}

/** Several lines for a run that is over. */
export function resultText(result: TrafficResult): string {
  const { due, succeeded, latencyMs, lagMs } = result
  const failures = [counts(result.failed), counts(result.statuses, 'status ')].filter((part) => part !== '').join('; ')
  const lines = [
    `${due} requests were due in ${seconds(result.seconds)}: ${succeeded} succeeded, ${due - succeeded} failed${
      failures === '' ? '' : ` (${failures})`
    }, ${result.slow} slow, ${result.retried} sent again.`,
    `Downtime ${ms(result.downtimeMs)}, longest gap ${ms(result.longestGapMs)} (+-${ms(result.resolutionMs)}).`,
    latencyMs === null
      ? 'No request succeeded, so there is no latency.'
      : `Latency p50 ${ms(latencyMs.p50)}, p95 ${ms(latencyMs.p95)}, p99 ${ms(latencyMs.p99)}, max ${ms(latencyMs.max)}.`,
    `Answers by release: ${counts(result.releases) || 'none'}.`,
  ]
  if (result.behind)
    lines.push(
      `This machine did not hold the rate: requests were sent up to ${ms(lagMs.max)} late (p99 ${ms(lagMs.p99)}), ` +
        `${result.failed.unsent ?? 0} not at all. What is slow here may be the machine, not the servers.`,
    )
  return lines.join('\n')
}

function counts(byName: Readonly<Record<string, number | undefined>>, prefix = ''): string {
  return Object.entries(byName)
    .map(([name, count]) => `${prefix}${name}: ${count ?? 0}`)
    .join(', ')
}

function sum(byName: Readonly<Record<string, number | undefined>>): number {
  return Object.values(byName).reduce<number>((total, count) => total + (count ?? 0), 0)
}

function seconds(value: number): string {
  return `${Number(value.toFixed(2))} s`
}

/** Milliseconds with the digits that matter. */
function ms(value: number): string {
  return `${value < 10 ? Number(value.toFixed(2)) : value < 100 ? Number(value.toFixed(1)) : Math.round(value)} ms`
}
