import { isSpof, type AuditComponent, type AuditRow, type AuditState, type AuditStep } from '../contract/index.ts'
import { auditSentences, auditWords } from '../engine/audit/words.ts'
import { auditSummary } from './audit-summary.ts'
import { table, type Output } from './output.ts'
import { time } from './words.ts'

/** How the command line puts audits into words. */

const WORDS = auditWords()

const STEP_WORDS: Readonly<Record<AuditStep, string>> = {
  baseline: 'what works before anything is broken',
  breaking: 'breaking',
  watching: 'watching what fails',
  repairing: 'repairing',
  checking: 'checking that everything is as before',
}

/** One row that is finished, as one line. */
export function auditRowText(row: AuditRow, at: number, of: number, out: Output): string {
  return `  ${String(at).padStart(String(of).length)}/${of}  ${nameOf(row).padEnd(26)} ${verdict(row, out)}`
}

export function auditStepText(step: AuditStep, component: AuditComponent | null): string {
  return component === null ? STEP_WORDS[step] : `${nameOf(component)}: ${STEP_WORDS[step]}`
}

/** The whole table, and what came of it. */
export function auditText(audit: AuditState, out: Output): string {
  const { topology, rows, phase } = audit
  const proved = phase !== 'predicted'
  const head = proved
    ? ['PART', 'PREDICTED', 'MEASURED', 'FAILED', 'NOTICED', 'REPAIRED IN', 'WHY']
    : ['PART', 'PREDICTED', 'WHY']
  const lines = rows.map((row) => {
    const { measured, predicted } = row
    const figures =
      measured === null
        ? ['-', '-', '-']
        : [
            `${measured.failed} of ${measured.due}`,
            measured.noticedMs === null ? '-' : time(measured.noticedMs),
            time(measured.recoveryMs),
          ]
    const why = auditSentences(row, WORDS).join(' ')
    const effect = WORDS[`effect.${predicted.effect}`]
    return proved ? [nameOf(row), effect, measuredText(row), ...figures, why] : [nameOf(row), effect, why]
  })
  return [
    `${topology}: ${auditSummary(audit)}`,
    table([head, ...lines], (cell) => cell.length),
    ...endText(audit, out),
  ].join('\n')
}

function endText({ repaired, phase, failure }: AuditState, out: Output): readonly string[] {
  if (phase === 'predicted') return []
  const stopped = phase === 'stopped' ? ['The audit was stopped.'] : []
  const failed = failure === null ? [] : [out.style('bad', failure.message)]
  return [
    ...stopped,
    ...failed,
    repaired === true ? 'The lab is as before.' : out.style('bad', 'The lab is not as before: repair all.'),
  ]
}

function nameOf({ kind, id }: AuditComponent): string {
  return `${kind} ${id}`
}

function verdict(row: AuditRow, out: Output): string {
  const text = measuredText(row)
  return row.agree === false ? out.style('warn', text) : isSpof(row) ? out.style('bad', text) : out.style('good', text)
}

function measuredText({ measured, agree, state }: AuditRow): string {
  if (measured === null) return state === 'not-proved' ? 'not proved' : '-'
  const effect = WORDS[`effect.${measured.effect}`]
  return agree === false ? `${effect} (differs)` : effect
}
