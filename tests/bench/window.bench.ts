import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { RunningApp, SANDBOX_ARGS } from '../e2e/running-app.ts'
import { startDisplay } from '../runner/display.ts'
import { median, type Bench, type BenchRow } from './bench.ts'

const ROUNDS = 7
const MEGABYTE = 1024 * 1024

/** What the pages have and a bench has not: its code is checked without the DOM's types. */
declare const document: {
  querySelectorAll(selector: 'button'): Iterable<{
    readonly textContent: string
    readonly disabled: boolean
    readonly ariaDisabled: string | null
  }>
}
declare function requestAnimationFrame(callback: () => void): void

/** The window against an Electron window that shows one button, and the memory of everything that runs with a lab. */
export const bench: Bench = {
  name: 'window',
  tools: ['Xvfb'],
  async run(progress) {
    const display = process.env['DISPLAY'] === undefined ? await startDisplay() : null
    if (display !== null) process.env['DISPLAY'] = display.name
    const bare = await writeBareApp()
    try {
      const ours: number[] = []
      const theirs: number[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        theirs.push(await timeBare(bare))
        ours.push(await timeHoplab())
        progress(
          `round ${round + 1} of ${ROUNDS}: window ${ours.at(-1)?.toFixed(0)} ms, bare ${theirs.at(-1)?.toFixed(0)} ms`,
        )
      }
      return [startRow(ours, theirs), await memoryRow()]
    } finally {
      await rm(bare, { recursive: true, force: true })
      await display?.stop()
    }
  },
}

function startRow(ours: readonly number[], theirs: readonly number[]): BenchRow {
  return {
    what: 'window interactive',
    against: 'a bare Electron window with one button',
    value: median(ours.map((ms, index) => ms / (theirs[index] ?? Number.NaN))),
    goal: { atMost: 1.3 },
    detail: `Hoplab ${median(ours).toFixed(0)} ms, bare ${median(theirs).toFixed(0)} ms (medians of ${ROUNDS}, in turns)`,
  }
}

async function timeHoplab(): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'hoplab-bench-'))
  const begun = performance.now()
  const hoplab = await RunningApp.launch(home)
  await waitUntilInteractive(hoplab.window, 'Start lab')
  const took = performance.now() - begun
  await hoplab.dispose()
  return took
}

async function timeBare(folder: string): Promise<number> {
  const data = await mkdtemp(join(tmpdir(), 'hoplab-bench-'))
  const begun = performance.now()
  const app: ElectronApplication = await _electron.launch({
    args: [...SANDBOX_ARGS, `--user-data-dir=${data}`, folder],
  })
  const window = await app.firstWindow()
  await waitUntilInteractive(window, 'Start')
  const took = performance.now() - begun
  await app.close()
  await rm(data, { recursive: true, force: true })
  return took
}

/**
 * Until the button is there, is enabled and would take a click. Playwright by itself looks 0, 20, 70, 170, 270 and 770 ms
 * after it was asked, which rounds a figure up by as much as half a second; the page looks with each of its frames.
 */
async function waitUntilInteractive(window: Page, button: string): Promise<void> {
  await window.waitForURL(/\/index\.html$/, { waitUntil: 'commit' })
  await window.evaluate(
    (name) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          const isThere = [...document.querySelectorAll('button')].some(
            ({ textContent, disabled, ariaDisabled }) =>
              textContent.trim() === name && !disabled && ariaDisabled !== 'true',
          )
          if (isThere) resolve()
          else requestAnimationFrame(look)
        }
        look()
      }),
    button,
  )
  await window.getByRole('button', { name: button }).click({ trial: true })
}

/** The least that Electron needs, with the same safety settings. */
async function writeBareApp(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hoplab-bare-'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'bare', version: '1.0.0', main: 'main.cjs' }))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>bare</title><button>Start</button>')
  await writeFile(
    join(folder, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron')
app.whenReady().then(() => new BrowserWindow({ width: 1366, height: 768, webPreferences: { sandbox: true } }).loadFile('index.html'))
`,
  )
  return folder
}

/** Proportional set size of the app and everything that it started, with the distributed lab running. */
async function memoryRow(): Promise<BenchRow> {
  const hoplab = await RunningApp.launch()
  try {
    await hoplab.window.getByRole('button', { name: 'Start lab' }).click()
    await hoplab.window.getByText('7 of 7 ready').first().waitFor()
    await hoplab.window.keyboard.press('Control+Enter')
    await hoplab.window
      .getByText(/Last request/)
      .first()
      .waitFor()
    const pids = await descendants(hoplab.pid)
    const sizes = await Promise.all(pids.map(proportionalBytes))
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
    return {
      what: 'memory of the whole running lab (PSS)',
      against: 'the goal',
      value: total / MEGABYTE / 1024,
      unit: 'GB',
      goal: { atMost: 0.8 },
      detail: `${(total / MEGABYTE).toFixed(0)} MB in ${pids.length} processes: window, engine, 7 services, guard`,
    }
  } finally {
    await hoplab.dispose()
  }
}

async function descendants(root: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = new Map(await Promise.all(pids.map(async (pid) => [pid, await parentOf(pid)] as const)))
  const belongs = (pid: number): boolean => pid === root || (pid > 1 && belongs(parents.get(pid) ?? 0))
  return pids.filter(belongs)
}

async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
}

async function proportionalBytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024
}
