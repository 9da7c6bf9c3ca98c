import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { expect, test } from './fixture.ts'
import { axe, openTab, startLab } from './hands.ts'

/** Traces and stepping with the real engine: what a person sees was recorded by real network cards. */

test.beforeEach(async ({ hoplab: { window } }) => {
  await startLab(window)
})

function sentences(window: Page) {
  return window.getByRole('listbox', { name: 'What happened, step by step' })
}

function inspector(window: Page) {
  return window.getByRole('region', { name: 'Inspector' })
}

/** Goes on with F10 whenever the packet waits, until the request is over. Answers how often it was held. */
async function stepToEnd(window: Page): Promise<number> {
  const status = inspector(window).getByRole('status').first()
  const next = window.getByRole('button', { name: 'Next' })
  const goOn = async (): Promise<string | null> => {
    if (await next.and(window.locator(':not([aria-disabled="true"])')).isVisible()) await window.keyboard.press('F10')
    return status.textContent()
  }
  await expect.poll(goOn, { timeout: 60_000, intervals: [50] }).toMatch(/^Done/)
  return inspector(window)
    .getByRole('button', { name: /^Stop \d+$/ })
    .count()
}

test('shows one request as a sequence, a waterfall and sentences, and prints it', async ({ hoplab: { window } }) => {
  await window.getByRole('button', { name: 'Send request' }).click()
  await openTab(window, 'Trace')
  const list = window.getByRole('listbox', { name: 'Traces, newest first' })
  await expect(list.getByRole('option', { name: /200.*\// })).toHaveCount(1)
  await expect(sentences(window)).toContainText('The browser asks the DNS server dns-1 for the A record')
  await expect(sentences(window)).toContainText(/lb-1 passes the request for \/ on to web-[12]/)
  await expect(window.getByRole('img', { name: /Sequence diagram of trace 1/ })).toBeVisible()
  await sentences(window)
    .getByText(/lb-1 passes the request for \/ on/)
    .click()
  await expect(window.locator('.vue-flow__edge-path.lit')).toHaveCount(1)
  await axe(window)
  await window.getByRole('button', { name: 'Waterfall' }).click()
  const waterfall = window.getByRole('table', { name: /Waterfall of trace 1/ })
  await expect(waterfall.getByRole('button', { name: /lb-1 › web-[12]/, pressed: true })).toBeVisible()
  await axe(window)
  await window.getByRole('button', { name: 'Print / save page' }).click()
  const notice = window.getByText(/^The trace was saved as/)
  const path = /saved as (\S+\.html)/.exec((await notice.textContent()) ?? '')?.[1] ?? ''
  const page = await readFile(path, 'utf8')
  expect(page).toContain('--phase-wait')
  expect(page).toContain('<svg class="trace-body"')
  expect(page).toMatch(/lb-1 passes the request for \/ on to web-[12]/)
  expect(page).not.toMatch(/<script|<link|url\(|@import|src=/)
})

test('compares two traces', async ({ hoplab: { window } }) => {
  await openTab(window, 'Trace')
  for (const count of [1, 2]) {
    await window.keyboard.press('Control+Enter')
    await openTab(window, 'Trace')
    await expect(window.getByRole('listbox', { name: 'Traces, newest first' }).getByRole('option')).toHaveCount(count)
    await expect(window.getByRole('button', { name: 'Send request' })).toBeEnabled()
  }
  await window.getByRole('button', { name: 'Compare' }).click()
  await window.getByRole('combobox', { name: /Compare trace 2 with/ }).selectOption({ index: 1 })
  const table = window.getByRole('table', { name: 'Traces 2 and 1, hop by hop' })
  await expect(table.getByRole('row', { name: /lb-1 › web-[12]/ }).first()).toContainText('other server')
  await axe(window)
})

test('steps one request through the lab to its end by F10, while others pass', async ({ hoplab: { window } }) => {
  await window.keyboard.press('F10')
  await expect(window.getByRole('button', { name: 'Next' })).toBeVisible()
  await expect(window.getByText('held here')).toBeVisible()
  await expect(inspector(window)).toContainText('Network card of ns-1, on its way in to dns-1')
  await window.keyboard.press('Control+Enter')
  await openTab(window, 'Request')
  await expect(window.getByRole('region', { name: 'Result' }).getByText('200 OK', { exact: true })).toBeVisible()
  await expect(inspector(window)).toContainText('The packet is held')
  await axe(window)
  const stops = await stepToEnd(window)
  expect(stops).toBeGreaterThanOrEqual(8)
  await expect(inspector(window)).toContainText('Done: status 200')
  await expect(window.getByText('held here')).toHaveCount(0)
  await inspector(window).getByRole('button', { name: 'Stop 4', exact: true }).click()
  await expect(inspector(window)).toContainText('Replay of the recording. The request itself is over.')
  await expect(inspector(window)).toContainText(/lb-1 chose web-[12] by round robin/)
  await expect(inspector(window)).toContainText('X-Forwarded-For added')
})

test('asks where the packet goes next, and says whether that was right', async ({ hoplab: { window } }) => {
  await window.getByRole('button', { name: 'Step', exact: true }).click()
  await inspector(window).getByRole('checkbox', { name: 'Ask me first' }).check()
  const question = inspector(window).getByRole('group', { name: 'Where does it go next?' })
  await expect(question).toBeVisible()
  await window.keyboard.press('F10')
  await expect(question).toBeVisible()
  await question.getByRole('button', { name: 'the browser' }).click()
  await expect(inspector(window)).toContainText('Right. 1 of 1 right')
  await expect(inspector(window)).toContainText('dns-1 looks www.foobar.com up in its zone and answers.')
  await axe(window)
})

test('plays by itself, and says so when the request is given up', async ({ hoplab: { window } }) => {
  await window.keyboard.press('F10')
  await inspector(window).getByRole('combobox', { name: 'Seconds at each stop' }).selectOption('0.5 s')
  await window.keyboard.press('F8')
  await expect(inspector(window).getByRole('button', { name: 'Stop 3', exact: true })).toBeVisible()
  await window.keyboard.press('F8')
  await expect(inspector(window).getByRole('button', { name: 'Play', exact: true })).toBeVisible()
  await inspector(window).getByRole('button', { name: 'Give up' }).click()
  await expect(inspector(window)).toContainText('Given up')
})

test('says what happened when the process that a held packet waits for is killed', async ({ hoplab: { window } }) => {
  await window.keyboard.press('F10')
  for (const stop of [1, 2, 3]) {
    await expect(inspector(window).getByRole('button', { name: `Stop ${stop}`, exact: true })).toBeVisible()
    await window.keyboard.press('F10')
  }
  await expect(inspector(window)).toContainText(/on its way in to web-[12]/)
  const [web = ''] = /web-[12]/.exec((await inspector(window).textContent()) ?? '') ?? []
  await window.keyboard.press('Control+k')
  await window.getByRole('textbox', { name: 'Type a command' }).pressSequentially(`Kill ${web}`)
  await window.keyboard.press('Enter')
  await expect(inspector(window)).toContainText(
    /4\. Lost: (the process that the packet was for is gone|who asked gave up the connection)/,
  )
  await expect(inspector(window)).toContainText(/lb-1 chose web-[12] by round robin/)
})
