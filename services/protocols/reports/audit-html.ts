import { auditKey, isSpof, scoreOf, type AuditComponent, type AuditRow, type AuditState } from '../../contract/index.ts'
import { auditDrawing } from './audit-drawing.ts'
import { auditSentences } from './audit-sentences.ts'
import type { AuditWords } from './audit-words.ts'
import { escapeText } from './escape-text.ts'
import { fillWord } from './words.ts'

/** An audit as one page that needs nothing else: no script, no file, no network. It can be printed. */
export function auditHtml(audit: AuditState, words: AuditWords, marks: readonly AuditComponent[] = []): string {
  const when = new Date(audit.startedAtMs).toLocaleString(words.language)
  const facts = [...summary(audit, words), ...(marks.length === 0 ? [] : scoreLines(audit.rows, marks, words))]
  return `<!doctype html>
<html lang="${escapeText(words.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeText(words.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(words.title)}</h1>
${facts.map((line) => `<p>${escapeText(line)}</p>`).join('\n')}
<h2>${escapeText(words.drawing)}</h2>
${auditDrawing(audit.plan, audit.rows, words)}
<p class="small">${['is.survives', 'is.degraded', 'is.partly', 'is.down'].map((word) => escapeText(words[word as 'is.down'])).join(' ')}</p>
<h2>${escapeText(words.table)}</h2>
${table(audit.rows, marks, words)}
<p class="small">${escapeText(fillWord(words.made, { when }))}</p>
</body>
</html>
`
}

function summary({ topology, rows, rate, phase }: AuditState, words: AuditWords): readonly string[] {
  const proved = rows.filter(({ measured }) => measured !== null)
  const intro =
    phase === 'predicted'
      ? fillWord(words.introPredicted, { topology })
      : fillWord(words.introProved, { topology, rate: rate ?? 0 })
  const spofs = fillWord(words.spofs, { count: rows.filter(isSpof).length, of: rows.length })
  const agreeing = proved.filter(({ agree }) => agree === true).length
  return [
    intro,
    spofs,
    ...(proved.length === 0 ? [] : [fillWord(words.agreeing, { count: agreeing, of: proved.length })]),
  ]
}

function scoreLines(rows: readonly AuditRow[], marks: readonly AuditComponent[], words: AuditWords): readonly string[] {
  const { right, of, missed, wrong } = scoreOf(rows, marks)
  const names = (some: readonly AuditRow[]): string => some.map(({ id }) => id).join(', ')
  return [
    fillWord(words.score, { right, of }),
    ...(missed.length === 0 ? [] : [fillWord(words.missed, { parts: names(missed) })]),
    ...(wrong.length === 0 ? [] : [fillWord(words.wrong, { parts: names(wrong) })]),
  ]
}

function table(rows: readonly AuditRow[], marks: readonly AuditComponent[], words: AuditWords): string {
  const marked = new Set(marks.map(auditKey))
  const withMarks = marks.length > 0
  const heads = [
    ...[words.part, words.kindOf, ...(withMarks ? [words.marked] : [])],
    ...[words.predicted, words.measured, words.failedOf, words.recovery, words.why],
  ]
  const lines = rows.map((row) => {
    const { kind, id, predicted, measured } = row
    const cells = [
      words[`kind.${kind}`],
      ...(withMarks ? [marked.has(auditKey(row)) ? words.yes : words.no] : []),
      words[`effect.${predicted.effect}`],
      measuredWord(row, words),
      measured === null ? '–' : `${measured.failed} / ${measured.due}`,
      measured === null ? '–' : measured.recoveryMs.toLocaleString(words.language),
    ]
    const tone = row.agree === false ? 'differs' : isSpof(row) ? 'down' : 'good'
    const why = auditSentences(row, words).map(escapeText).join('<br>')
    return `<tr class="${tone}"><th scope="row">${escapeText(id)}</th>${cells.map((text) => `<td>${escapeText(text)}</td>`).join('')}<td>${why}</td></tr>`
  })
  const head = heads.map((name) => `<th scope="col">${escapeText(name)}</th>`).join('')
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table>`
}

function measuredWord({ measured, agree, failure }: AuditRow, words: AuditWords): string {
  if (measured === null) return failure === null ? words.notRun : fillWord(words.notProved, { detail: failure.message })
  const effect = words[`effect.${measured.effect}`]
  return agree === false ? `${effect} (${words.differs})` : effect
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #1a1d21; background: #fff }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #c8ccd2; text-align: left; vertical-align: top }
tr { break-inside: avoid }
tbody th { white-space: nowrap }
tr.down th { border-left: 6px double #c22f24 }
tr.good th { border-left: 6px solid #2e7d4f }
tr.differs th { border-left: 6px dotted #8a5a00 }
svg { max-width: 100%; height: auto }
.small { color: #4a5058; font-size: .87rem }
@media print { body { margin: 0; max-width: none; font-size: 12px } * { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
`
