import type { CDPSession, Page } from '@playwright/test'
import { RunningApp } from '../e2e/running-app.ts'
import { startDisplay } from '../runner/display.ts'
import type { Bench, BenchRow } from './bench.ts'

/** As much as the lab's load generator may send. */
const RATE = 2000
/** HOPLAB_CHARTS_SECONDS: for a run as long as a lesson's. */
const SECONDS = Number(process.env['HOPLAB_CHARTS_SECONDS'] ?? 120)
/** Looked at in the beginning and in the end. */
const LOOK_SECONDS = 20
const MEGABYTE = 1024 * 1024

declare function requestAnimationFrame(callback: (atMs: number) => void): void

/** What the window was like for a while. */
interface Look {
  /** The time from frame to frame that 99 of 100 are within, in milliseconds. */
  readonly p99Ms: number
  readonly longestMs: number
  /** How much of the time the page's thread was at work. */
  readonly busy: number
  readonly heapBytes: number
}

/** The charts of the traffic panel under full load, against the same window while nothing is sent, and late against early. */
export const bench: Bench = {
  name: 'charts',
  tools: ['Xvfb'],
  async run(progress) {
    const display = process.env['DISPLAY'] === undefined ? await startDisplay() : null
    if (display !== null) process.env['DISPLAY'] = display.name
    const hoplab = await RunningApp.launch()
    try {
      const { window } = hoplab
      const session = await window.context().newCDPSession(window)
      await session.send('Performance.enable')
      await window.getByRole('button', { name: 'Start lab' }).click()
      await window.getByText('7 of 7 ready').first().waitFor()
      await window.keyboard.press('Control+4')
      const idle = await look(window, session)
      progress(`nothing sent: ${told(idle)}`)
      await window.getByRole('spinbutton', { name: 'Requests/s' }).fill(String(RATE))
      await window.getByRole('button', { name: 'Start traffic' }).click()
      await window.getByRole('button', { name: 'Stop traffic' }).waitFor()
      const startedMs = Date.now()
      const early = await look(window, session)
      progress(`from the start on: ${told(early)}`)
      await window.waitForTimeout(Math.max(0, startedMs + (SECONDS - LOOK_SECONDS) * 1000 - Date.now()))
      const late = await look(window, session)
      progress(`after ${Math.round((Date.now() - startedMs) / 1000)} s: ${told(late)}`)
      const stoppedMs = Date.now()
      await window.getByRole('button', { name: 'Stop traffic' }).click()
      await window.getByRole('button', { name: 'Start traffic' }).waitFor({ timeout: 60_000 })
      progress(`the traffic ended ${((Date.now() - stoppedMs) / 1000).toFixed(1)} s after it was stopped`)
      return rows(idle, early, late)
    } finally {
      await hoplab.dispose()
      await display?.stop()
    }
  },
}

function rows(idle: Look, early: Look, late: Look): readonly BenchRow[] {
  const against = `its first ${LOOK_SECONDS} s`
  return [
    {
      ...{ what: `page at work after ${SECONDS} s at ${RATE} req/s`, against },
      ...{ value: late.busy / early.busy, goal: { atMost: 1.3 } },
      detail: `${told(late)}; ${told(early)}`,
    },
    {
      ...{ what: 'frames then (p99)', against: 'the same window while nothing is sent' },
      ...{ value: late.p99Ms / idle.p99Ms, goal: null },
      detail: `${told(late)}; nothing sent: ${told(idle)}. The whole lab and the generator share the processors`,
    },
  ]
}

function told({ p99Ms, longestMs, busy, heapBytes }: Look): string {
  const share = `${(busy * 100).toFixed(0)} % at work`
  return `frames p99 ${p99Ms.toFixed(0)} ms, longest ${longestMs.toFixed(0)} ms, ${share}, ${(heapBytes / MEGABYTE).toFixed(0)} MB`
}

async function look(window: Page, session: CDPSession): Promise<Look> {
  const before = await metrics(session)
  const frames = await window.evaluate(
    (forMs) =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = []
        let firstMs: number | null = null
        let lastMs = 0
        const next = (atMs: number): void => {
          if (firstMs !== null) gaps.push(atMs - lastMs)
          firstMs ??= atMs
          lastMs = atMs
          if (atMs - firstMs >= forMs) resolve(gaps)
          else requestAnimationFrame(next)
        }
        requestAnimationFrame(next)
      }),
    LOOK_SECONDS * 1000,
  )
  const after = await metrics(session)
  const sorted = frames.toSorted((a, b) => a - b)
  return {
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    longestMs: sorted.at(-1) ?? Number.NaN,
    busy: (after.TaskDuration - before.TaskDuration) / (after.Timestamp - before.Timestamp),
    heapBytes: after.JSHeapUsedSize,
  }
}

const METRICS = ['TaskDuration', 'Timestamp', 'JSHeapUsedSize'] as const

async function metrics(session: CDPSession): Promise<Readonly<Record<(typeof METRICS)[number], number>>> {
  const { metrics: all } = await session.send('Performance.getMetrics')
  const [TaskDuration, Timestamp, JSHeapUsedSize] = METRICS.map(
    (name) => all.find((metric) => metric.name === name)?.value ?? Number.NaN,
  )
  return {
    TaskDuration: TaskDuration ?? Number.NaN,
    Timestamp: Timestamp ?? Number.NaN,
    JSHeapUsedSize: JSHeapUsedSize ?? Number.NaN,
  }
}
