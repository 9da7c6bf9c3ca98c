import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './fixture.ts'
import { axe, startLab } from './hands.ts'

/** The packets of a real lab, in the real window: found, read, followed, written to a file. */

/** The first four bytes of a pcapng file: a section header block. */
const PCAPNG_MAGIC = '0a0d0d0a'

test.beforeEach(async ({ hoplab: { window } }) => {
  await expect(window.getByRole('button', { name: 'Start lab' })).toBeEnabled()
  await startLab(window)
  await window.keyboard.press('Control+Enter')
  await expect(window.getByText(/^Last request: 200/)).toBeVisible()
  await window.keyboard.press('Control+2')
})

function panel(window: Page) {
  return window.getByRole('region', { name: 'Packets', exact: true })
}
function grid(window: Page) {
  return window.getByRole('grid', { name: 'Packets' })
}
function filterBox(window: Page) {
  return window.getByRole('combobox', { name: 'Filter packets' })
}

/** Types a filter that the balancer's health checks do not pass, and waits until the list shows what does. */
async function showOnly(window: Page, filter: string): Promise<void> {
  await expect(grid(window).getByText('GET /healthz').first()).toBeVisible()
  await filterBox(window).fill(filter)
  // The list shows the old filter's rows until the first page of the new one is there.
  await expect(grid(window).getByRole('row', { name: /(?:web|app)-\d/ })).toHaveCount(0)
  await expect(grid(window).getByText('GET /healthz')).toHaveCount(0)
  await expect(grid(window).getByRole('row', { name: /GET/ }).first()).toBeVisible()
}

test('finds a packet, shows its layers and bytes, and lights up its link', async ({ hoplab: { window } }) => {
  await showOnly(window, 'http.request and link client > lb-1')
  await grid(window).focus()
  await window.keyboard.press('Home')
  const tree = panel(window).getByRole('tree')
  await expect(tree.getByRole('treeitem', { name: /^Request line GET \/ HTTP\/1\.1/ })).toBeVisible()
  await expect(window.locator('.vue-flow__edge-path.link.lit')).toHaveCount(1)
  await window.keyboard.press('Enter')
  await expect(tree).toBeFocused()
  await window.keyboard.press('ArrowDown')
  await expect(panel(window).locator('.byte.marked').first()).toHaveText('47')
  await panel(window).locator('.byte[data-at="34"]').click()
  await expect(tree.getByRole('treeitem', { selected: true })).toContainText('Source port')
})

test('says where a filter is wrong, and takes the word that it offers', async ({ hoplab: { window } }) => {
  await filterBox(window).fill('dns and htp')
  await expect(panel(window).locator('.mark')).toHaveText('htp')
  await expect(panel(window).getByText('htp is no test. Did you mean http?')).toBeVisible()
  await filterBox(window).press('Tab')
  await expect(filterBox(window)).toHaveValue('dns and http ')
  await expect(filterBox(window)).not.toHaveAttribute('aria-invalid')
  await expect(panel(window).getByText('No packet passes the filter')).toBeVisible()
})

test('follows a stream and opens the trace of a packet', async ({ hoplab: { window } }) => {
  await showOnly(window, 'link client > lb-1 and traced')
  await grid(window).focus()
  await window.keyboard.press('Home')
  await expect(panel(window).getByRole('heading', { name: /^Packet \d+/ })).toBeVisible()
  await grid(window).getByRole('row', { selected: true }).click({ button: 'right' })
  await window.getByRole('menuitem', { name: 'Follow stream' }).click()
  const dialog = window.getByRole('dialog', { name: /^Connection \d+: client and lb-1/ })
  await expect(dialog.getByText(/GET \/ HTTP\/1\.1/).first()).toBeVisible()
  await window.keyboard.press('Escape')
  await grid(window).getByRole('row', { selected: true }).click({ button: 'right' })
  await window.getByRole('menuitem', { name: /^Open trace \d+/ }).click()
  await expect(window.getByRole('tab', { name: 'Tools: Trace' })).toHaveAttribute('aria-selected', 'true')
})

test('stands still while paused, clears, and turns recording off', async ({ hoplab: { window } }) => {
  await panel(window).getByRole('button', { name: 'Pause' }).click()
  const rows = await grid(window).getAttribute('aria-rowcount')
  await expect(panel(window).getByText(/^Paused, [1-9]\d* new packets?/)).toBeVisible()
  expect(await grid(window).getAttribute('aria-rowcount')).toBe(rows)
  await panel(window).getByRole('button', { name: 'Go on', exact: true }).click()
  await window.getByRole('button', { name: /^Recording: capture/ }).click()
  await window.getByRole('radio', { name: /^Off/ }).click()
  await expect(window.getByRole('button', { name: 'Recording: recording off' }).first()).toBeVisible()
  await window.keyboard.press('Escape')
  await panel(window).getByRole('button', { name: 'Clear the packets' }).click()
  await expect(panel(window).getByText('Nothing is recorded')).toBeVisible()
})

test('writes a capture and says where it is', async ({ hoplab: { window, home } }) => {
  await panel(window).getByRole('button', { name: 'Export capture' }).click()
  const notice = window.getByText(/packets \(.+\) were written to .+\.pcapng/)
  await expect(notice).toBeVisible()
  const path = /written to (.+\.pcapng)/.exec(await notice.innerText())?.[1] ?? ''
  expect(path.startsWith(join(home, 'data'))).toBe(true)
  expect((await readFile(path)).toString('hex', 0, 4)).toBe(PCAPNG_MAGIC)
})

for (const theme of ['Light', 'Dark', 'Projector']) {
  test(`has no accessibility faults in the ${theme.toLowerCase()} theme`, async ({ hoplab: { window } }) => {
    await window.keyboard.press('Control+k')
    await window.getByRole('textbox', { name: 'Type a command' }).pressSequentially(`Appearance: ${theme}`)
    await window.keyboard.press('Enter')
    await expect(window.getByRole('dialog')).toHaveCount(0)
    await showOnly(window, 'http.request and link client > lb-1')
    await grid(window).focus()
    await window.keyboard.press('Home')
    await expect(panel(window).getByRole('treeitem').first()).toBeVisible()
    await filterBox(window).fill('http and frob')
    await expect(panel(window).locator('.mark')).toHaveText('frob')
    await axe(window)
  })
}
