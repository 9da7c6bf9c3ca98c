import { flushPromises } from '@vue/test-utils'
import { expect, it } from 'vitest'
import SnapshotsDialog from '../../../../../renderer/src/panels/saving/SnapshotsDialog.vue'
import { useSavingStore } from '../../../../../renderer/src/stores/saving.ts'
import { useNoticesStore } from '../../../../../renderer/src/stores/notices.ts'
import { mountWithLab, type MountedLab } from '../../mount.ts'

function dialog(): HTMLElement {
  const found = document.querySelector<HTMLElement>('[role=dialog]')
  if (!found) throw new Error('The dialog is not open')
  return found
}

function find<Kind extends HTMLElement>(selector: string, text = ''): Kind {
  const found = [...dialog().querySelectorAll<Kind>(selector)].find((one) => one.textContent.includes(text))
  if (!found) throw new Error(`there is no ${selector} "${text}" in: ${dialog().textContent}`)
  return found
}

async function open(): Promise<MountedLab> {
  const mounted = await mountWithLab(SnapshotsDialog)
  useSavingStore().listOpen = true
  await flushPromises()
  return mounted
}

async function take(name: string): Promise<void> {
  const field = find<HTMLInputElement>('input')
  field.value = name
  field.dispatchEvent(new Event('input'))
  await flushPromises()
  find('form').dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}

const names = (): string[] => [...dialog().querySelectorAll('tbody th')].map(({ textContent }) => textContent)

it('says that there is none, takes one by its name or by the time, newest first', async () => {
  await open()
  expect(dialog().textContent).toContain('No snapshot has been taken in this lab.')
  await take('monday')
  expect(find<HTMLInputElement>('input').value).toBe('')
  await take('')
  expect(names()).toEqual(['at-2', 'monday'])
  expect(find('tbody tr', 'monday').textContent).toContain('v1')
})

it('says before it is tried why a name is none, or is taken', async () => {
  await open()
  await take('Monday morning')
  expect(find('[role=alert]').textContent).toContain('Small letters, digits')
  expect(find<HTMLButtonElement>('button[type=submit]').disabled).toBe(true)
  await take('monday')
  await take('monday')
  expect(find('[role=alert]').textContent).toContain('There is a snapshot named “monday” already.')
  expect(names()).toEqual(['monday'])
})

it('asks in the row before it brings one back or deletes it', async () => {
  await open()
  await take('monday')
  find('button', 'Restore').click()
  await flushPromises()
  expect(dialog().textContent).toContain('visitors notice')
  find('button', 'Cancel').click()
  await flushPromises()
  expect(dialog().textContent).not.toContain('visitors notice')
  find('button', 'Restore').click()
  await flushPromises()
  find('button', 'Restore now').click()
  await flushPromises()
  expect(useNoticesStore().notices).toMatchObject([
    { messageKey: 'saving.restored', params: { name: 'monday', before: 'before-monday' } },
  ])
  dialog().querySelector<HTMLElement>('[aria-label="Delete monday"]')?.click()
  await flushPromises()
  expect(names()).toEqual(['monday'])
  find('.ask button', 'Delete').click()
  await flushPromises()
  expect(names()).toEqual([])
})

it('can only look while no lab runs', async () => {
  const { lab } = await open()
  await take('monday')
  await lab.stopLab()
  await flushPromises()
  expect(find<HTMLButtonElement>('button[type=submit]').disabled).toBe(true)
})
