import type { Page } from '@playwright/test'
import { expect, test } from './fixture.ts'
import { axe, command, labIsReady, startLab } from './hands.ts'

/** Traffic in the real window: real requests on schedule, and what a killed process does to them. */

function figure(window: Page, name: string) {
  const row = window.getByRole('table', { name: /^Run \d/ }).getByRole('row', { name: new RegExp(`^${name} `) })
  return row.getByRole('cell')
}

/** The number in a figure; thousands are shortened only from 10,000 on. */
async function count(window: Page, name: string): Promise<number> {
  const text = (await figure(window, name).textContent({ timeout: 1000 })) ?? ''
  return Number(text.replace(/[^\d.]/g, ''))
}

test('shows the downtime of a killed web server in the charts and figures', async ({ hoplab: { window } }) => {
  await expect(window.getByRole('button', { name: 'Start lab' })).toBeEnabled()
  await command(window, 'Start lab 0-simple_web_stack')
  await labIsReady(window)
  await window.keyboard.press('Control+4')
  await expect(window.getByText('No traffic yet')).toBeVisible()
  await window.getByRole('spinbutton', { name: 'Requests/s' }).fill('100')
  await window.getByRole('button', { name: 'Start traffic' }).click()
  await expect(window.getByRole('button', { name: /^Traffic \d\d+\/s$/ })).toBeVisible()
  await expect.poll(() => count(window, 'Succeeded'), { timeout: 30_000 }).toBeGreaterThan(100)
  expect(await count(window, 'Failed')).toBe(0)
  await axe(window)

  await command(window, 'Kill web-1')
  await expect.poll(() => count(window, 'Failed'), { timeout: 30_000 }).toBeGreaterThan(20)
  await expect.poll(() => count(window, 'refused')).toBeGreaterThan(0)
  const happened = window.getByRole('region', { name: 'What happened' })
  await expect(happened.getByText('web-1: failed')).toBeVisible()
  await window.getByRole('button', { name: 'Stop traffic' }).click()
  await expect(window.getByRole('button', { name: 'Start traffic' })).toBeVisible()
  await expect(window.getByRole('button', { name: 'Traffic 0/s' })).toBeVisible()
  expect(await count(window, 'Downtime')).toBeGreaterThan(100)
  await expect(window.getByText('(±10 ms at 100 req/s)')).toBeVisible()
  expect(await count(window, 'Succeeded')).toBe((await count(window, 'Due')) - (await count(window, 'Failed')))
  const strip = window.getByRole('img', { name: /^Availability\. From 0 s to .* requests failed\. Downtime/ })
  await expect(strip).toBeVisible()

  const box = await strip.boundingBox()
  if (!box) throw new Error('the strip has no place')
  await window.mouse.move(box.x + box.width / 3, box.y + 20)
  await expect(window.getByText(/^10 ms: \d+ in time/)).toBeVisible()
  await window.mouse.down()
  await window.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 5 })
  await window.mouse.up()
  await expect(window.getByRole('img', { name: /^Availability\. From 0 s/ })).toHaveCount(0)
  await window.mouse.dblclick(box.x + box.width / 2, box.y + 20)
  await expect(strip).toBeVisible()
  await axe(window)
})

test('compares two runs and forgets one', async ({ hoplab: { window } }) => {
  await startLab(window)
  await window.keyboard.press('Control+4')
  await window.getByRole('spinbutton', { name: 'Seconds' }).fill('1')
  const list = window.getByRole('listbox', { name: 'Traffic runs, newest first' })
  for (const rate of ['50', '150']) {
    await window.getByRole('spinbutton', { name: 'Requests/s' }).fill(rate)
    await window.getByRole('button', { name: 'Start traffic' }).click()
    await expect(list.getByRole('option', { name: new RegExp(`${rate} req/s`) })).toBeVisible()
    await expect(window.getByRole('button', { name: 'Start traffic' })).toBeVisible()
  }
  await window.getByRole('combobox', { name: 'Compare Run 2 with' }).selectOption('Run 1')
  const table = window.getByRole('table', { name: 'Run 2 and Run 1' })
  await expect(table.getByRole('row', { name: 'Due 150 50 −100' })).toBeVisible()
  await expect(window.getByRole('img', { name: 'Availability, Run 1' })).toBeVisible()
  await axe(window)
  await window.getByRole('button', { name: 'Forget Run 2' }).click()
  await expect(list.getByRole('option')).toHaveCount(1)
})
