import { expect, test } from './fixture.ts'
import { axe, command, labIsReady, openTab, startLab } from './hands.ts'

/** Breaking things with the real engine, and the proof that they are whole again. */

test.beforeEach(async ({ hoplab: { window } }) => {
  await startLab(window)
})

test('slows a link, kills a server, and repairs both with a proof', async ({ hoplab: { window } }) => {
  await openTab(window, 'Faults')
  await expect(window.getByText('Nothing is broken. Break a service')).toBeVisible()

  // From the palette, by keyboard alone.
  await command(window, 'Break client>lb-1')
  const dialog = window.getByRole('dialog', { name: 'Break something on purpose' })
  await dialog.getByRole('radio', { name: /^Latency/ }).click()
  await axe(window)
  await dialog.getByRole('button', { name: 'Break client → lb-1' }).click()
  await expect(dialog).toBeHidden()
  const row = window.getByRole('row', { name: /Latency/ })
  await expect(row).toContainText('70 ms')
  await expect(window.locator('.vue-flow__edge-path.slowed')).toHaveCount(1)
  await window.keyboard.press('Control+Enter')
  await openTab(window, 'Faults')
  // What is measured stands beside what was set.
  await expect(row).toContainText(/\d\sms later/)

  await window
    .getByRole('button', { name: /^web-1/ })
    .first()
    .click({ button: 'right' })
  await window.getByRole('menuitem', { name: 'Break web-1…' }).click()
  await dialog.getByRole('button', { name: 'Break web-1' }).click()
  await expect(window.getByRole('row', { name: /^Kill web-1/ })).toBeVisible()
  await expect(window.getByRole('contentinfo').getByText('2 faults')).toBeVisible()
  await axe(window)

  await window.getByRole('button', { name: 'Repair all' }).click()
  await expect(window.getByRole('heading', { name: 'Repaired: the lab is as before' })).toBeVisible({ timeout: 30_000 })
  await expect(window.getByText('Every server is up at its balancer.')).toBeVisible()
  await labIsReady(window, 7)
  await expect(window.locator('.vue-flow__edge-path.slowed')).toHaveCount(0)
  await axe(window)
})

test('breaks and repairs a link in the drawing, and says in the table what is broken', async ({
  hoplab: { window },
}) => {
  const link = window.getByRole('button', { name: /^Link from lb-1 to web-2/ })
  await link.focus()
  await window.keyboard.press('Enter')
  await window.getByRole('menuitem', { name: 'Break lb-1>web-2' }).click()
  const dialog = window.getByRole('dialog', { name: 'Break something on purpose' })
  await dialog.getByRole('radio', { name: /^Unplug/ }).click()
  await dialog.getByRole('button', { name: 'Break lb-1 → web-2' }).click()
  await expect(window.locator('.vue-flow__edge-path.cut')).toHaveCount(1)

  await window.keyboard.press('Shift+W')
  const table = window.getByRole('table', { name: 'Services of the lab' })
  await expect(table.getByRole('row', { name: /^web-2/ })).toContainText('lb-1 → web-2: Unplug')
  await axe(window)
  await window.keyboard.press('Shift+W')

  await link.click({ button: 'right' })
  await window.getByRole('menuitem', { name: 'Repair Unplug on lb-1 → web-2' }).click()
  await expect(window.locator('.vue-flow__edge-path.cut')).toHaveCount(0)
  await link.click()
  await window.getByRole('menuitem', { name: 'Packets of lb-1 > web-2' }).click()
  await expect(window.getByRole('combobox', { name: 'Filter packets' })).toHaveValue('link lb-1 > web-2')
})

test('slows a server, and does not offer what a balancer cannot do', async ({ hoplab: { window } }) => {
  await openTab(window, 'Faults')
  await command(window, 'Break app-1')
  const dialog = window.getByRole('dialog', { name: 'Break something on purpose' })
  await dialog.getByRole('radio', { name: /^Slow/ }).click()
  await axe(window)
  await dialog.getByRole('button', { name: 'Break app-1' }).click()
  // The health checks of the balancer meet it too.
  await expect(window.getByRole('row', { name: /^Slow app-1/ })).toContainText(/2\d\d\sms later/)
  await command(window, 'Break lb-1')
  await expect(dialog.getByRole('radio', { name: /^Slow\s?A balancer makes no answers of its own/ })).toBeDisabled()
})

test('powers a host off and on', async ({ hoplab: { window } }) => {
  await openTab(window, 'Faults')
  await command(window, 'Break server-1')
  const dialog = window.getByRole('dialog', { name: 'Break something on purpose' })
  await expect(dialog.getByRole('radio', { name: /^Power off/ })).toBeChecked()
  await dialog.getByRole('button', { name: 'Break server-1' }).click()
  const row = window.getByRole('row', { name: /^Power off server-1/ })
  await expect(row).toBeVisible()
  await expect(window.getByText('5 of 7 ready').first()).toBeVisible()
  await row.getByRole('button', { name: 'Repair Power off on server-1' }).click()
  await labIsReady(window, 7)
  await expect(row).toHaveCount(0)
})
