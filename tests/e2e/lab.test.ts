import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './fixture.ts'
import { command, labIsReady, openTab, startLab } from './hands.ts'
import type { RunningApp } from './running-app.ts'

/** The main path of a person through the window, with the real engine and real processes behind it. */

/** Keys mean something only once the window has drawn itself. */
test.beforeEach(({ hoplab }) => expect(hoplab.window.getByRole('button', { name: 'Start lab' })).toBeEnabled())

function serviceRow(window: Page, id: string, state: string) {
  return window.getByRole('main').getByRole('button', { name: new RegExp(`^${id} .* ${state}\\b`) })
}

function inspector(window: Page) {
  return window.getByRole('region', { name: 'Inspector' })
}

async function resize(hoplab: RunningApp, width: number, height: number): Promise<void> {
  await hoplab.app.evaluate(
    ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w ?? 0, h ?? 0),
    [width, height] as const,
  )
  await expect.poll(() => hoplab.window.evaluate('innerWidth')).toBe(width)
}

test('starts a lab, sends a request and shows what came back', async ({ hoplab: { window } }) => {
  await startLab(window)
  await window.getByRole('button', { name: 'Send request' }).click()
  await openTab(window, 'Request')
  await expect(window.getByRole('region', { name: 'Result' }).getByText('200 OK', { exact: true })).toBeVisible()
  const preview = window.frameLocator('iframe')
  await expect(preview.getByRole('heading', { level: 1 })).toContainText(/app-[12]/)
  await openTab(window, 'Terminals')
  await window.getByRole('tab', { name: /^dns-1/ }).click()
  await expect(window.locator('.xterm:visible')).toContainText('A www.foobar.com')
  await openTab(window, 'Events')
  await expect(window.getByText(/web-1/).first()).toBeVisible()
})

test('kills a server, goes on without it, and brings it back', async ({ hoplab: { window } }) => {
  await startLab(window)
  await serviceRow(window, 'web-1', 'ready').click()
  await inspector(window).getByRole('button', { name: 'Kill web-1' }).click()
  await expect(serviceRow(window, 'web-1', 'failed')).toBeVisible()
  await expect(inspector(window)).toContainText('SIGKILL')
  await window.keyboard.press('Control+Enter')
  await openTab(window, 'Request')
  await expect(window.getByRole('region', { name: 'Result' }).getByText('200 OK', { exact: true })).toBeVisible()
  await inspector(window).getByRole('button', { name: 'Start', exact: true }).click()
  await expect(serviceRow(window, 'web-1', 'ready')).toBeVisible()
})

test('deploys new code and shows the new release', async ({ hoplab: { window } }) => {
  await startLab(window)
  await window.getByRole('button', { name: 'Deploy…' }).click()
  const dialog = window.getByRole('dialog', { name: 'Deploy a release' })
  await dialog.getByRole('radio', { name: /^v2/ }).click()
  await dialog.getByRole('button', { name: 'Deploy v2' }).click()
  await expect(window.locator('.vue-flow').getByText('v2', { exact: true })).toHaveCount(2)
  await window.keyboard.press('Escape')
  await window.keyboard.press('Control+Enter')
  await openTab(window, 'Request')
  await expect(window.getByRole('definition').filter({ hasText: /^v2$/ }).first()).toBeVisible()
})

test('says which release is broken and where, and the site goes on', async ({ hoplab }) => {
  const { window, home } = hoplab
  await startLab(window)
  const workspace = join(home, 'data', 'hoplab', 'workspaces', '1-distributed_web_infrastructure')
  for (const server of ['server-1', 'server-2']) {
    const folder = join(workspace, 'hosts', server, 'codebase', 'releases', 'v2', 'app')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'index.js'), 'export default {\n  fetch( {\n}\n')
  }
  await window.getByRole('button', { name: 'Deploy…' }).click()
  const dialog = window.getByRole('dialog', { name: 'Deploy a release' })
  await dialog.getByRole('radio', { name: /^v2/ }).click()
  await dialog.getByRole('button', { name: 'Deploy v2' }).click()
  await expect(dialog.getByText(/index\.js:\d+/).first()).toBeVisible()
  await window.keyboard.press('Escape')
  await labIsReady(window, 7)
  await expect(window.locator('.vue-flow').getByText('v1', { exact: true })).toHaveCount(2)
})

test('can be used with the keyboard alone', async ({ hoplab: { window } }) => {
  await window.keyboard.press('F5')
  await labIsReady(window, 7)
  await window.keyboard.press('Control+Enter')
  await window.keyboard.press('Control+7')
  await expect(window.getByRole('region', { name: 'Result' }).getByText('200 OK', { exact: true })).toBeVisible()
  await window.keyboard.press('Shift+W')
  await expect(window.getByRole('table', { name: 'Services of the lab' })).toBeVisible()
  await command(window, 'Kill app-2')
  await expect(window.getByRole('row', { name: /^app-2 .* failed/ })).toBeVisible()
  await window.keyboard.press('F5')
  await expect(window.getByRole('button', { name: 'Start lab' })).toBeEnabled()
})

test('speaks French', async ({ hoplab: { window } }) => {
  await command(window, 'Français')
  await expect(window.getByRole('button', { name: /^Démarrer/ }).first()).toBeVisible()
  await expect(window.locator('html')).toHaveAttribute('lang', 'fr')
})

test('stays usable while a process floods its terminal', async ({ hoplab }) => {
  const { window, home } = hoplab
  const workspace = join(home, 'data', 'hoplab', 'workspaces', '1-distributed_web_infrastructure')
  await startLab(window)
  const app = join(workspace, 'hosts', 'server-1', 'codebase', 'releases', 'v1', 'app', 'index.js')
  const flood = "setInterval(() => { for (let i = 0; i < 1000; i += 1) console.log('flood line', i) }, 50)\n"
  await writeFile(app, `${flood}export default { fetch: () => new Response('ok') }\n`)
  await serviceRow(window, 'app-1', 'ready').click()
  await inspector(window).getByRole('button', { name: 'Restart' }).click()
  await openTab(window, 'Terminals')
  await window.getByRole('tab', { name: /^app-1/ }).click()
  await expect(window.locator('.xterm:visible')).toContainText('flood line')
  await window.keyboard.press('Control+Enter')
  await openTab(window, 'Request')
  await expect(window.getByRole('region', { name: 'Result' }).getByText('200 OK', { exact: true })).toBeVisible()
})

for (const theme of ['Light', 'Dark', 'Projector']) {
  test(`has no accessibility faults in the ${theme.toLowerCase()} theme`, async ({ hoplab }, info) => {
    const { window } = hoplab
    await command(window, `Appearance: ${theme}`)
    await startLab(window)
    await window.keyboard.press('Control+Enter')
    await openTab(window, 'Request')
    await expect(window.getByRole('region', { name: 'Result' }).getByText('200 OK', { exact: true })).toBeVisible()
    for (const [width, height] of [
      [1366, 768],
      [1920, 1080],
    ] as const) {
      await resize(hoplab, width, height)
      await window.screenshot({ path: info.outputPath(`${theme.toLowerCase()}-${width}.png`) })
    }
    // Electron has no way to open the extra page that the newer mode wants.
    const { violations } = await new AxeBuilder({ page: window }).setLegacyMode(true).exclude('iframe').analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([])
  })
}
