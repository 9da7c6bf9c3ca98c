import { expect, test } from './fixture.ts'
import { labIsReady, startLab } from './hands.ts'

/** The lab is changed while visitors come: in the real window, with real processes behind it. */

test('adds a server pair under traffic, balances otherwise, and undoes it all', async ({ hoplab }) => {
  test.setTimeout(120_000)
  const { window } = hoplab
  const main = window.getByRole('main')
  const design = window.getByRole('button', { name: 'Change the lab' })
  await startLab(window)

  const traffic = hoplab.cli('traffic', '--rate', '100', '--for', '25')
  await design.click()
  await window.getByRole('menuitem', { name: 'Add server pair' }).click()
  const web = main.getByRole('button', { name: /^web-3 web server ready\b/ })
  // Installed, started, healthy and taken in: seconds, and more of them on a busy machine.
  await expect(web).toBeVisible({ timeout: 45_000 })
  await labIsReady(window, 9)
  await expect(main.getByRole('region', { name: 'server-3' })).toBeInViewport({ ratio: 0.99 })
  const served = async (): Promise<number> => {
    const { answer } = await hoplab.cli('balance')
    return (answer as { pairs: readonly unknown[] }).pairs.length
  }
  expect(await served()).toBe(3)
  const page = async (): Promise<string> => JSON.stringify((await hoplab.cli('request')).answer)
  await expect.poll(page, { timeout: 20_000 }).toContain('web-3')

  // The balancer's inspector: another algorithm, a weight, a preset.
  await main.getByRole('button', { name: /^lb-1 load balancer/ }).click()
  const inspector = window.getByRole('region', { name: 'Inspector' })
  await inspector.getByLabel('Algorithm').selectOption('leastconn')
  await expect(inspector.getByText('The server with the fewest requests under way')).toBeVisible()
  await expect(inspector.getByLabel('Algorithm')).toBeEnabled()
  await inspector.getByLabel('Weight of web-1').fill('3')
  await inspector.getByLabel('Weight of web-1').press('Enter')
  await expect(window.getByRole('button', { name: 'Undo: Weight 3 for web-1 at lb-1' })).toBeVisible()
  await expect(inspector.getByRole('button', { name: 'Active-passive' })).not.toHaveAttribute('aria-disabled', 'true')
  await inspector.getByRole('button', { name: 'Active-passive' }).click()
  await expect(inspector.getByLabel('Part of web-2')).toHaveValue('backup')

  // Ctrl+Z takes them back one by one, the pair last.
  for (const next of ['Weight 3 for web-1 at lb-1', 'Balance by leastconn at lb-1', 'Add server-3']) {
    await inspector.getByRole('heading', { level: 2 }).click()
    await window.keyboard.press('Control+z')
    const undo = window.getByRole('button', { name: `Undo: ${next}` })
    await expect(undo).toBeVisible()
    await expect(undo).not.toHaveAttribute('aria-disabled', 'true')
  }
  await window.keyboard.press('Control+z')
  await labIsReady(window, 7)
  await expect(main.getByRole('region', { name: 'server-3' })).toHaveCount(0)
  const { answer } = await traffic
  expect(answer).toHaveProperty('failed', {})
})
