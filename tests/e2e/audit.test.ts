import { expect, test } from './fixture.ts'
import { axe, command, labIsReady } from './hands.ts'

/** The audit in the real window: a student's marks, the prediction and the proof by really killing. */

test('marks, predicts and proves single points of failure', async ({ hoplab: { window } }) => {
  test.setTimeout(180_000)
  await expect(window.getByRole('button', { name: 'Start lab' })).toBeEnabled()
  await command(window, 'Start lab 0-simple_web_stack')
  await labIsReady(window)
  await command(window, 'Show the audit')
  await window.getByRole('checkbox', { name: 'web-1', exact: true }).focus()
  await window.keyboard.press('Space')
  await axe(window)

  await window.getByRole('button', { name: 'Predict' }).click()
  const table = window.getByRole('table', { name: 'Single points of failure, part by part' })
  await expect(table.getByRole('row', { name: /^app-1 .*All paths to the application go through app-1/ })).toBeVisible()
  await expect(window.getByText('Marked correctly: 1 of 10.')).toBeVisible()
  await expect(window.getByRole('region', { name: 'server-1' }).getByText('down').first()).toBeVisible()

  await window.getByRole('button', { name: 'Prove' }).click()
  await expect(window.getByRole('progressbar', { name: 'Progress of the audit' })).toBeVisible()
  await expect(window.getByText(/Prediction and proof agree on (\d+) of \1 parts/)).toBeVisible({ timeout: 120_000 })
  await expect(window.getByRole('button', { name: 'Prove' })).toBeVisible({ timeout: 60_000 })
  await expect(table.getByRole('row', { name: /^db-1 .*\d+ of \d+/ })).toBeVisible()
  await labIsReady(window)
  await axe(window)
  await window.getByRole('button', { name: 'Save as a page to print' }).click()
  await expect(window.getByText(/The audit was saved as .*audit-0-simple_web_stack.*\.html/)).toBeVisible()
})
