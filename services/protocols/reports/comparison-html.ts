import type { ComparedStrategy, ComparisonState } from '../../contract/index.ts'
import { availabilityChart, chartPatterns } from './availability-chart.ts'
import { escapeText } from './escape-text.ts'
import { fillWord, type ReportWords } from './words.ts'

/** A comparison as one page that needs nothing else: no script, no file, no network. It can be printed. */
export function comparisonHtml(comparison: ComparisonState, words: ReportWords): string {
  const { from, release, rate, rows, resolutionMs, startedAtMs } = comparison
  const intro = fillWord(words.intro, { from, release, rate })
  const resolution = fillWord(words.resolution, { ms: number(resolutionMs, words) })
  const when = new Date(startedAtMs).toLocaleString(words.language)
  return `<!doctype html>
<html lang="${escapeText(words.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeText(words.title)}</title>
<style>${STYLE}</style>
</head>
<body>
${chartPatterns()}
<h1>${escapeText(words.title)}</h1>
<p>${escapeText(intro)} ${escapeText(resolution)}</p>
${table(rows, words)}
<p class="small">${escapeText(words.downtimeIs)} ${escapeText(words.spareIs)}</p>
<h2>${escapeText(words.chart)}</h2>
<p class="legend">${legend(words)}</p>
${rows.map((row) => chart(row, comparison, words)).join('\n')}
<p class="small">${escapeText(fillWord(words.made, { when }))}</p>
</body>
</html>
`
}

function table(rows: readonly ComparedStrategy[], words: ReportWords): string {
  const names = ['strategy', 'downtime', 'failed', 'slow', 'longestGap', 'total', 'spare', 'result'] as const
  const head = names.map((name) => `<th scope="col">${escapeText(words[name])}</th>`).join('')
  const lines = rows.map((row) => {
    const figures = [row.downtimeMs, row.failed, row.slow, row.longestGapMs, row.totalMs]
    const cells = figures.map((figure) => `<td>${figure === null ? '–' : number(Math.round(figure), words)}</td>`)
    const spare = `<td>${percent(row.spareCapacity, words)}</td>`
    return `<tr><th scope="row">${row.strategy}</th>${cells.join('')}${spare}<td>${result(row, words)}</td></tr>`
  })
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table>`
}

function result({ state, failure }: ComparedStrategy, words: ReportWords): string {
  if (state === 'done') return escapeText(words.done)
  if (state === 'failed') return escapeText(`${words.notDone}${failure === null ? '' : `: ${failure.message}`}`)
  return escapeText(words.notRun)
}

function chart(row: ComparedStrategy, { rows }: ComparisonState, words: ReportWords): string {
  if (row.cells === null || row.deployment === null || row.trafficStartedAtMs === null) return ''
  // One scale for all, so that they can be laid side by side.
  const lengthMs = Math.max(...rows.map(({ cells }) => cells?.at.at(-1) ?? 0)) * CELL_MS + CELL_MS
  const startedAtMs = row.trafficStartedAtMs
  const steps = row.deployment.steps.map(({ name, host, startMs, endMs }) => ({
    label: `${host}: ${name}`,
    fromMs: startMs - startedAtMs,
    toMs: (endMs ?? startMs) - startedAtMs,
  }))
  const picture = availabilityChart({ cells: row.cells, cellMs: CELL_MS, lengthMs, steps, unit: words.seconds })
  return `<section>\n<h3>${row.strategy}</h3>\n${picture}\n</section>`
}

/** As the traffic's cells are (services/contract/traffic.ts). */
const CELL_MS = 10

function legend(words: ReportWords): string {
  const items = [
    ['ok', words.legendOk],
    ['slow', words.legendSlow],
    ['failed', words.legendFailed],
  ] as const
  return items
    .map(
      ([kind, word]) =>
        `<svg width="16" height="12" aria-hidden="true"><rect width="16" height="12" fill="url(#${kind})"/></svg> ${escapeText(word)}`,
    )
    .join(' &nbsp; ')
}

function number(value: number, words: ReportWords): string {
  return value.toLocaleString(words.language, { maximumFractionDigits: 1 })
}

function percent(part: number, words: ReportWords): string {
  return part.toLocaleString(words.language, { style: 'percent', maximumFractionDigits: 0 })
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1d21; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #c8ccd2; text-align: right; vertical-align: top }
th:first-child, th:last-child, td:last-child { text-align: left }
h3 { margin: 1.2rem 0 .3rem }
section { break-inside: avoid }
svg { max-width: 100%; vertical-align: middle }
.small { color: #4a5058; font-size: .87rem }
@media print { body { margin: 0; max-width: none } }
`
