import type { ComparisonState, DeploymentState, DeployStep, ReleaseDiff } from '../contract/index.ts'
import { resultText } from '../engine/traffic/words.ts'
import { table, type Output } from './output.ts'
import { count, time } from './words.ts'

/** How the command line puts deployments into words. */

/** A step that has ended, as one line. */
export function stepText(step: DeployStep, out: Output): string {
  const took = time((step.endMs ?? step.startMs) - step.startMs)
  return `  ${step.host.padEnd(12)} ${step.name.padEnd(14)} ${step.ok === false ? out.style('bad', 'failed') : took}`
}

/** What came of a deployment, and what users saw. */
export function deploymentText(deployment: DeploymentState): string {
  const { release, strategy, results, startedAtMs, endedAtMs, traffic } = deployment
  const took = time((endedAtMs ?? startedAtMs) - startedAtMs)
  const hosts = results.map(({ host, from, to, ok, rolledBack, outageMs }) => [
    host,
    ok ? `${from ?? '-'} > ${to}` : rolledBack ? `back on ${from ?? '-'}` : `still ${from ?? '-'}`,
    outageMs > 0 ? `out for ${time(outageMs)}` : 'never out',
  ])
  const head = `${release} by ${strategy} ${deployment.ok === true ? 'done' : 'not done'} in ${took}.`
  const users = traffic === null ? [] : ['', 'What users saw:', resultText(traffic)]
  return [head, table(hosts, (cell) => cell.length), ...users].join('\n')
}

/** A difference as `diff -u` shows it; of large ones only the files. */
export function diffText(diff: ReleaseDiff, out: Output): string {
  if (diff.files.length === 0) return `${diff.to} is the same as ${diff.from}.`
  const lines = diff.files.flatMap(({ path, change, hunks, addedLines, removedLines }) => [
    out.style('strong', `${path} (${change}, +${addedLines} -${removedLines})`),
    ...(hunks ?? []).flatMap((hunk) => [
      `@@ -${hunk.fromLine},${hunk.fromCount} +${hunk.toLine},${hunk.toCount} @@`,
      ...hunk.lines.map(({ kind, text }) => (kind === 'same' ? ` ${text}` : changedLine(kind, text, out))),
    ]),
  ])
  const shown = lines.length > MOST_DIFF_LINES ? [...lines.slice(0, MOST_DIFF_LINES), '...'] : lines
  return [`${diff.to} against ${diff.from}: ${count(diff.files.length, 'file')} changed.`, ...shown].join('\n')
}

/** More than this scrolls away what matters. */
const MOST_DIFF_LINES = 200

function changedLine(kind: 'removed' | 'added', text: string, out: Output): string {
  return kind === 'removed' ? out.style('bad', `-${text}`) : out.style('good', `+${text}`)
}

export function comparisonText({ rows, from, release, rate, resolutionMs }: ComparisonState): string {
  const figure = (value: number | null): string => (value === null ? '-' : String(Math.round(value)))
  const head = ['STRATEGY', 'DOWNTIME ms', 'FAILED', 'SLOW', 'LONGEST GAP ms', 'TOTAL ms', 'SPARE', 'RESULT']
  const lines = rows.map((row) => [
    row.strategy,
    ...[row.downtimeMs, row.failed, row.slow, row.longestGapMs, row.totalMs].map(figure),
    `${Math.round(row.spareCapacity * 100)} %`,
    row.failure?.message ?? row.state,
  ])
  const facts = `${from} > ${release} at ${rate} requests per second; times to +-${resolutionMs.toFixed(1)} ms.`
  return [facts, table([head, ...lines], (cell) => cell.length)].join('\n')
}
