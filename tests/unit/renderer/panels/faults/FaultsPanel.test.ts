import { flushPromises } from '@vue/test-utils'
import { expect, it } from 'vitest'
import type { FaultSpec } from '../../../../../services/contract/index.ts'
import FaultsPanel from '../../../../../renderer/src/panels/faults/FaultsPanel.vue'
import { button, mountWithLab } from '../../mount.ts'

const SLOW: FaultSpec = { fault: 'slow', target: 'service', service: 'app-1', ms: 200 }
const CUT: FaultSpec = { fault: 'unplug', target: 'link', link: 'client>lb-1', direction: 'forward' }

it('says that nothing is broken, and what to do about it', async () => {
  const { wrapper, lab } = await mountWithLab(FaultsPanel)
  expect(wrapper.text()).toContain('Nothing is broken. Break a service')
  await lab.stopLab()
  await flushPromises()
  expect(wrapper.text()).toContain('Start a lab, then break something in it.')
})

it('shows what is set beside what was measured, where, and until when', async () => {
  const { wrapper, lab } = await mountWithLab(FaultsPanel)
  await lab.run('addFault', { spec: SLOW, forMs: 30_000 })
  await lab.run('addFault', { spec: CUT })
  await flushPromises()
  const rows = wrapper.findAll('tbody tr').map((row) => row.findAll('th, td').map((cell) => cell.text()))
  expect(rows[0]?.slice(0, 3)).toEqual(['Slow', 'app-1', '200 ms'])
  expect(rows[0]?.[4]).toBe('in 30 s')
  expect(rows[1]?.slice(0, 2)).toEqual(['Unplug', 'client → lb-1'])
  expect(rows[1]?.[2]).toContain('towards the service')
  expect(rows[1]?.[4]).toBe('by hand')
  expect(wrapper.text()).toContain('2 faults are set')
})

it('repairs one, or all with the proof that the lab is as before', async () => {
  const { wrapper, lab } = await mountWithLab(FaultsPanel)
  await lab.run('addFault', { spec: SLOW })
  await lab.run('addFault', { spec: CUT })
  await flushPromises()
  await wrapper.find('[aria-label="Repair Slow on app-1"]').trigger('click')
  await flushPromises()
  expect(lab.state.faults.map(({ spec }) => spec.fault)).toEqual(['unplug'])
  await button(wrapper, 'Repair all').trigger('click')
  await flushPromises()
  expect(lab.state.faults).toEqual([])
  expect(wrapper.text()).toContain('Repaired: the lab is as before')
})
