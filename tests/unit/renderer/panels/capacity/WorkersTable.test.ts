import { flushPromises } from '@vue/test-utils'
import { expect, it } from 'vitest'
import WorkersTable from '../../../../../renderer/src/panels/capacity/WorkersTable.vue'
import { mountWithLab, type MountedLab } from '../../mount.ts'

const SETTING = { workers: 2, costMs: 50, queueLimit: 4 }

async function mountModelled(): Promise<MountedLab> {
  const mounted = await mountWithLab(WorkersTable)
  await mounted.lab.run('setCapacity', { service: 'app-1', setting: SETTING })
  await flushPromises()
  return mounted
}

it('shows how the workers are set, and sets what was written for one server only', async () => {
  const { wrapper, lab } = await mountModelled()
  await lab.run('setCapacity', { service: 'app-2', setting: SETTING })
  await flushPromises()
  const form = wrapper.find('form[aria-label="app-2"]')
  expect(form.findAll('input').map(({ element }) => element.value)).toEqual(['2', '50', '4'])
  await form.find('input').setValue('3')
  await form.trigger('submit')
  await flushPromises()
  expect(lab.state.capacity.map(({ service, setting }) => [service, setting?.workers])).toEqual([
    ['app-1', 2],
    ['app-2', 3],
  ])
})

it('marks a figure that cannot be, and sends nothing', async () => {
  const { wrapper, lab } = await mountModelled()
  const form = wrapper.find('form[aria-label="app-1"]')
  await form.find('input').setValue('0')
  expect(form.find('input').attributes('aria-invalid')).toBe('true')
  await form.trigger('submit')
  await flushPromises()
  expect(lab.state.capacity[0]?.setting).toEqual(SETTING)
})
