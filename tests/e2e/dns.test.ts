import type { Page } from '@playwright/test'
import { expect, test } from './fixture.ts'
import { axe, command, labIsReady } from './hands.ts'

/** Names in the real window: a changed address, the cache that hides it, and the loss of a server. */

/** The request's own panel comes forward: names are looked at again. */
async function send(window: Page): Promise<void> {
  await command(window, 'Send request')
  await command(window, 'Show DNS')
}

/** Null: the topology that is chosen already. */
async function startLab(window: Page, topology: string | null): Promise<void> {
  const start = window.getByRole('button', { name: 'Start lab' })
  await expect(start).toBeEnabled()
  if (topology === null) await start.click()
  else await command(window, `Start lab ${topology}`)
  await labIsReady(window)
  await command(window, 'Show DNS')
}

const zone = (window: Page) => window.getByRole('table', { name: 'Records of the zone' })
const cache = (window: Page) => window.getByRole('table', { name: 'Cache of the resolver' })
const answers = (window: Page) => window.getByRole('region', { name: 'Last answers' }).getByRole('listitem')
const www = (window: Page) => zone(window).getByRole('row', { name: /^www A/ })

test('a changed A record reaches visitors when the cache is flushed', async ({ hoplab: { window } }) => {
  await startLab(window, '2-dns_and_resolver')
  await expect(window.getByText(/^The cache is empty/)).toBeVisible()
  await send(window)
  await expect(cache(window).getByRole('row', { name: /^www\.foobar\.com A 127\.10\.0\.10 \d+ s/ })).toBeVisible()
  await axe(window)

  await www(window).getByRole('button', { name: 'Change www A' }).click()
  const data = window.getByRole('textbox', { name: 'Data' })
  await data.fill('127.10.0')
  await data.press('Enter')
  await expect(window.getByRole('region', { name: 'Zone' }).getByRole('alert')).toContainText(
    '127.10.0 is not an IPv4 address',
  )
  await expect(data).toHaveValue('127.10.0')
  await data.fill('127.10.0.21')
  await data.press('Enter')
  await expect(www(window)).toContainText('127.10.0.21')
  await expect(window.getByText('foobar.com, serial 2')).toBeVisible()

  await expect(cache(window).getByText(/The zone has said 127\.10\.0\.21 for \d+ s/)).toBeVisible()
  await send(window)
  await expect(answers(window).first()).toContainText(/127\.10\.0\.10from the cache/)
  await window.getByRole('button', { name: 'Flush cache' }).click()
  await expect(window.getByText(/^The cache is empty/)).toBeVisible()
  await send(window)
  await expect(answers(window).first()).toContainText('127.10.0.21asked the DNS server')
  await expect(cache(window)).toContainText('127.10.0.21')

  await window.getByRole('button', { name: 'Undo the change of the zone' }).click()
  await expect(www(window)).toContainText('127.10.0.10')
})

test('the zone file is checked while it is typed, and saved whole', async ({ hoplab: { window } }) => {
  await startLab(window, null)
  await expect(window.getByText('This lab has no resolver.')).toBeVisible()
  await window.getByRole('button', { name: 'Zone file', exact: true }).click()
  const editor = window.getByRole('textbox', { name: 'Zone file of foobar.com' })
  await expect(editor).toContainText('balancer-1')
  await editor.press('Control+End')
  await editor.pressSequentially('new A 127.10.0')
  const problems = window.getByRole('list', { name: 'What is wrong in the zone file' })
  await expect(problems).toContainText('127.10.0 is not an IPv4 address')
  await expect(window.getByRole('button', { name: 'Save zone' })).toBeDisabled()
  await editor.pressSequentially('.21')
  await expect(problems).toHaveCount(0)
  await editor.press('Control+s')
  await expect(window.getByText('This is what the DNS server serves.')).toBeVisible()
  await axe(window)
  await window.getByRole('button', { name: 'Records', exact: true }).click()
  await expect(zone(window).getByRole('row', { name: /^new A/ })).toContainText('127.10.0.21')
})

test('compares failovers, and can be stopped', async ({ hoplab: { window } }) => {
  await startLab(window, '2-dns_and_resolver')
  await window.getByRole('button', { name: 'Failover', exact: true }).click()
  await window.getByRole('spinbutton', { name: 'TTL (s)' }).fill('2')
  await window.getByRole('button', { name: 'Compare failovers' }).click()
  const table = window.getByRole('table', { name: 'Ways past a lost server' })
  await expect(table.getByRole('row', { name: /^Load balancer web-[12] .* \d+ of \d+$/ })).toBeVisible({
    timeout: 30_000,
  })
  await window.getByRole('button', { name: 'Stop comparing' }).click()
  await expect(window.getByRole('button', { name: 'Compare failovers' })).toBeVisible()
  await labIsReady(window)
  await expect(zone(window)).not.toContainText('failover')
  await axe(window)
})
