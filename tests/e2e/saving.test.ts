import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './fixture.ts'
import { axe, command, labIsReady, startLab } from './hands.ts'

/** Lab files and snapshots in the real window. Playwright stands in for the system's dialogs. */

test('keeps a snapshot and comes back to it; saves the lab as a file and opens it', async ({ hoplab }) => {
  const { app, window, home } = hoplab
  await startLab(window)

  await command(window, 'Snapshots')
  const dialog = window.getByRole('dialog', { name: 'Snapshots' })
  await expect(dialog.getByText('No snapshot has been taken in this lab.')).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Monday morning')
  await expect(dialog.getByRole('alert')).toContainText('Small letters')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('monday')
  await window.keyboard.press('Enter')
  const row = dialog.getByRole('row', { name: /^monday/ })
  await expect(row.getByRole('cell', { name: 'v1' })).toBeVisible()
  await axe(window, '[role=dialog]')
  await window.keyboard.press('Escape')

  expect(await hoplab.cli('deploy', 'v2', '--strategy', 'restart')).toMatchObject({ exitCode: 0 })
  await command(window, 'Snapshots')
  await row.getByRole('button', { name: 'Restore monday' }).click()
  // The question has the focus: Enter says yes.
  await expect(dialog.getByRole('button', { name: 'Restore now' })).toBeFocused()
  await window.keyboard.press('Enter')
  await expect(window.getByText('The lab is back at monday.')).toBeVisible()
  await expect(dialog.getByRole('row', { name: /^before-monday/ })).toBeVisible()
  expect(await hoplab.cli('request')).toMatchObject({ answer: { status: 200, release: 'v1' } })
  await window.keyboard.press('Escape')

  const path = join(home, 'lesson.hoplab')
  await app.evaluate(({ session }, to) => {
    session.defaultSession.once('will-download', (_event, item) => item.setSavePath(to))
  }, path)
  await command(window, 'Save lab as a file')
  await expect
    .poll(() =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    )
    .toBeGreaterThan(1000)
  // gzip's magic number (RFC 1952 section 2.3.1).
  expect((await readFile(path)).subarray(0, 2).toString('hex')).toBe('1f8b')

  await window.getByRole('button', { name: 'Stop lab' }).click()
  await expect(window.getByRole('heading', { name: 'Choose a lab' })).toBeVisible()
  const chosen = window.waitForEvent('filechooser')
  await window.getByRole('button', { name: 'Open lab file' }).click()
  await (await chosen).setFiles(path)
  await labIsReady(window, 7)
  expect(await hoplab.cli('status')).toMatchObject({ answer: { workspace: expect.stringMatching(/lesson$/) } })
  await window.getByRole('button', { name: 'Stop lab' }).click()
  await expect(window.getByRole('radio', { name: /lesson.*A lab that you opened from a file/ })).toBeVisible()
})
