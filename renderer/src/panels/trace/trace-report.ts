import { h, render, type AppContext } from 'vue'
import type { Trace } from '../../../../services/contract/index.ts'
import tokens from '../../styles/tokens.css?raw'
import reportStyles from './report.css?raw'
import drawingStyles from './trace-drawing.css?raw'
import TraceReport from './TraceReport.vue'

/** A4 on its side, at 96 pixels an inch, without margins. */
const PAGE_WIDTH = 980

export interface ReportFacts {
  readonly trace: Trace
  readonly topology: string
  readonly atMs: number
  readonly language: string
  readonly title: string
}

/**
 * A page that stands by itself: styles inline, drawings as SVG, nothing to run and nothing to load. It is drawn by the
 * window's own components, outside the document, in the window's language and the light colours.
 */
export function traceReport(facts: ReportFacts, context: AppContext): string {
  const stage = document.createElement('div')
  const { trace, topology, atMs } = facts
  const page = h(TraceReport, { trace, topology, atMs, pageWidth: PAGE_WIDTH })
  page.appContext = context
  render(page, stage)
  // Vue's own marks mean nothing in a saved page.
  for (const button of stage.querySelectorAll('button')) button.replaceWith(spanOf(button))
  const body = stage.innerHTML.replaceAll(/<!--[\s\S]*?-->/g, '').replaceAll(/ data-v-[\w-]+=""/g, '')
  render(null, stage)
  const styles = [tokens, drawingStyles, reportStyles].join('\n').replaceAll(/\/\*[\s\S]*?\*\//g, '')
  return `<!doctype html>
<html lang="${facts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(facts.title)}</title>
<style>${styles}</style>
</head>
<body>
${body}
</body>
</html>
`
}

/** On paper there is nothing to press. */
function spanOf(button: HTMLButtonElement): HTMLSpanElement {
  const span = document.createElement('span')
  span.className = button.className
  span.textContent = button.textContent
  return span
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
