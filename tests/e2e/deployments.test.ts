import type { Locator, Page } from '@playwright/test'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from './fixture.ts'
import { axe, command, labIsReady, openTab, startLab } from './hands.ts'
import { ROOT } from './running-app.ts'

/** Deployments in the real window: real releases, real processes, real traffic. */

/** A deployment takes some seconds on a slow machine. */
const SOON = { timeout: 60_000 }

test.beforeEach(async ({ hoplab: { window } }) => {
  await startLab(window)
  await openTab(window, 'Deployments')
})

function dialog(window: Page): Locator {
  return window.getByRole('dialog', { name: 'Deploy a release' })
}

function report(window: Page): Locator {
  return window.getByRole('group', { name: 'Reports' })
}

async function deploy(window: Page, release: string): Promise<void> {
  await window.getByRole('button', { name: 'Deploy…' }).first().click()
  await dialog(window)
    .getByRole('radio', { name: new RegExp(`^${release}`) })
    .click()
  await dialog(window)
    .getByRole('button', { name: `Deploy ${release}` })
    .click()
}

async function showView(window: Page, name: string): Promise<void> {
  await window.getByRole('group', { name: 'View' }).getByText(name, { exact: true }).click()
}

test('shows the plan, rolls v2 out step by step, reports it, and rolls back', async ({ hoplab: { window } }) => {
  await window.getByRole('button', { name: 'Deploy…' }).first().click()
  const plan = dialog(window).getByRole('region', { name: 'Steps' })
  await expect(plan.getByText('drain at the balancer')).toHaveCount(2)
  await dialog(window)
    .getByRole('radio', { name: /^Blue-green/ })
    .click()
  await expect(plan.getByText('shift the requests')).toHaveCount(2)
  await dialog(window)
    .getByRole('radio', { name: /^Rolling with drain/ })
    .click()
  await dialog(window).getByRole('checkbox', { name: 'Measure with traffic' }).click()
  await axe(window)
  await dialog(window).getByRole('radio', { name: /^v2/ }).click()
  await dialog(window).getByRole('button', { name: 'Deploy v2' }).click()
  await expect(report(window).locator('[aria-current="step"]').first()).toBeVisible(SOON)
  await expect(report(window).getByRole('status')).toHaveText('Release v2 runs on server-1, server-2.', SOON)
  await expect(report(window).getByText(/of \d+ requests/)).toBeVisible(SOON)
  await expect(report(window).getByText('16 of 16 steps')).toBeVisible()
  await window.keyboard.press('Escape')
  await axe(window)
  await window.getByRole('button', { name: 'Roll back to v1' }).click()
  await expect(report(window).getByRole('status')).toHaveText('Release v1 runs on server-1, server-2.', SOON)
  await expect(window.locator('.vue-flow').getByText('v1', { exact: true })).toHaveCount(2)
})

test('stops at a broken release and says where, and the site goes on', async ({ hoplab: { window } }) => {
  await deploy(window, 'v3')
  await expect(report(window).getByText('It stopped at the step “check” on server-1.')).toBeVisible(SOON)
  await expect(
    report(window)
      .getByText(/app\/news\.js:2/)
      .first(),
  ).toBeVisible()
  await window.keyboard.press('Escape')
  await labIsReady(window, 7)
  await showView(window, 'Releases')
  await window.getByRole('navigation', { name: 'Releases' }).getByRole('button', { name: /^v3/ }).click()
  await window.getByRole('button', { name: 'Check v3' }).click()
  await window.getByRole('button', { name: 'app/news.js, line 2' }).click(SOON)
  await expect(window.locator('.cm-activeLine')).toContainText("from './page.js'")
  await axe(window)
})

test('edits a file, shows what changed, and deploys it as the next version', async ({ hoplab: { window } }) => {
  await showView(window, 'Releases')
  const editor = window.getByRole('textbox', { name: 'app/index.js of release v1' })
  await editor.click()
  await window.keyboard.press('Control+Home')
  await window.keyboard.type('// my own line\n')
  await axe(window)
  await window.keyboard.press('Control+s')
  await expect(window.getByText('Saved as v6. It is not deployed yet.')).toBeVisible()
  await window.getByText('Compared with v1').click()
  await expect(window.locator('.line.added').first()).toContainText('// my own line')
  await axe(window)
  await window.getByRole('button', { name: 'Deploy v6…' }).click()
  await dialog(window).getByRole('button', { name: 'Deploy v6' }).click()
  await expect(window.locator('.vue-flow').getByText('v6', { exact: true })).toHaveCount(2, SOON)
})

test('takes a folder of one’s own: what is wrong with it, what is different in it, and its deployment', async ({
  hoplab: { window },
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'my-site-'))
  try {
    const choose = async (open: () => Promise<void>): Promise<void> => {
      const [chooser] = await Promise.all([window.waitForEvent('filechooser'), open()])
      await chooser.setFiles(folder)
    }
    const button = window.getByRole('button', { name: 'Own folder…' })
    await showView(window, 'Releases')
    await writeFile(join(folder, 'readme.txt'), 'no site yet')
    await choose(() => button.click())
    await expect(window.getByText(/cannot become a release: it has no file app\/index\.js/)).toBeVisible()
    await window.getByRole('button', { name: 'Dismiss' }).click()

    await cp(join(ROOT, 'resources/codebases/foobar/releases/v1'), folder, { recursive: true })
    await writeFile(join(folder, 'public', 'mine.txt'), 'of my own\n')
    await choose(() => command(window, 'Own folder'))
    await expect(window.getByText(/is release v6 now\. It is not deployed yet\./)).toBeVisible(SOON)
    await expect(window.getByText('Release v6 loads.')).toBeVisible(SOON)
    await expect(window.getByText('public/mine.txt').first()).toBeVisible()
    await axe(window)

    await writeFile(join(folder, 'app', 'index.js'), 'export default (((\n')
    await window.getByRole('button', { name: 'Deploy v6…' }).click()
    // What was done before does not lie over the dialog's buttons.
    await expect(window.getByText(/is release v6 now/)).toHaveCount(0)
    await choose(() => dialog(window).getByRole('button', { name: 'Own folder…' }).click())
    await expect(dialog(window).getByRole('radio', { name: /^v7/ })).toBeChecked(SOON)
    await dialog(window).getByRole('button', { name: 'Deploy v7' }).click()
    await expect(
      dialog(window)
        .getByText(/app\/index\.js:\d/)
        .first(),
    ).toBeVisible(SOON)
    await window.keyboard.press('Escape')

    await window.getByRole('navigation', { name: 'Releases' }).getByRole('button', { name: /^v6/ }).click()
    await window.getByRole('button', { name: 'Deploy v6…' }).click()
    await dialog(window).getByRole('button', { name: 'Deploy v6' }).click()
    await expect(window.locator('.vue-flow').getByText('v6', { exact: true })).toHaveCount(2, SOON)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('compares strategies under the same traffic and saves the table', async ({ hoplab: { window, home } }) => {
  test.setTimeout(120_000)
  await showView(window, 'Compare')
  for (const name of ['Reload in place', 'Rolling without drain', 'Blue-green', 'Canary'])
    await window.getByRole('checkbox', { name }).click()
  await axe(window)
  await window.getByRole('button', { name: 'Compare 2 strategies' }).click()
  await expect(window.getByText('2 of 2 strategies')).toBeVisible({ timeout: 90_000 })
  const table = window.getByRole('table', { name: 'Strategies compared' })
  await expect(table.getByRole('row', { name: /Restart in place done [1-9]/ })).toBeVisible()
  await axe(window)
  await window.getByRole('button', { name: 'Save as CSV' }).click()
  await window.getByRole('button', { name: 'Save as a page' }).click()
  const folder = join(home, 'data', 'hoplab', 'workspaces', '1-distributed_web_infrastructure', 'reports')
  await expect.poll(() => readdir(folder).catch(() => [])).toHaveLength(2)
})
