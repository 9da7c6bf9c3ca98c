import { flushPromises } from '@vue/test-utils'
import { expect, it } from 'vitest'
import TopologyTable from '../../../../renderer/src/panels/topology-table/TopologyTable.vue'
import { useSelectionStore } from '../../../../renderer/src/stores/selection.ts'
import { mountWithLab } from '../mount.ts'

it('has a row per service, in the reading order of the drawing', async () => {
  const { wrapper } = await mountWithLab(TopologyTable)
  const names = wrapper.findAll('tbody th').map((cell) => cell.text())
  expect(names).toEqual(['dns-1', 'lb-1', 'web-1', 'app-1', 'web-2', 'app-2', 'db-1'])
})

it('narrows to what is typed, in the words that stand in the rows', async () => {
  const { wrapper } = await mountWithLab(TopologyTable)
  await wrapper.find('input').setValue('application')
  expect(wrapper.findAll('tbody th').map((cell) => cell.text())).toEqual(['app-1', 'app-2'])
  await wrapper.find('input').setValue('nobody')
  expect(wrapper.text()).toContain('No service matches “nobody”.')
})

it('is walked with the arrow keys and selects with the keyboard', async () => {
  const { wrapper } = await mountWithLab(TopologyTable)
  const [first, second] = wrapper.findAll<HTMLElement>('.name')
  first?.element.focus()
  await first?.trigger('keydown', { key: 'ArrowDown' })
  expect(document.activeElement).toBe(second?.element)
  await second?.trigger('click')
  expect(useSelectionStore().selected).toEqual({ kind: 'service', id: 'lb-1' })
})

it('follows the states of the processes', async () => {
  const { wrapper, lab } = await mountWithLab(TopologyTable)
  await lab.actOnService('db-1', 'kill')
  await flushPromises()
  expect(wrapper.find('tbody tr:last-child').text()).toContain('failed')
})

it('says what is broken on purpose: at the service, its host, and the links to it; only while something is', async () => {
  const { wrapper, lab } = await mountWithLab(TopologyTable)
  const heads = (): string[] => wrapper.findAll('thead th').map((cell) => cell.text())
  expect(heads()).not.toContain('Broken on purpose')
  await lab.run('addFault', { spec: { fault: 'slow', target: 'service', service: 'web-1', ms: 200 } })
  const latency = {
    fault: 'latency',
    target: 'link',
    link: 'lb-1>web-2',
    ms: 70,
    jitterMs: 0,
    direction: 'both',
  } as const
  await lab.run('addFault', { spec: latency })
  await flushPromises()
  const column = heads().indexOf('Broken on purpose')
  const told = wrapper.findAll('tbody tr').map((row) => row.findAll('th, td')[column]?.text() ?? '')
  // What is set, and what was measured beside it.
  expect(told[2]).toMatch(/^Slow 200 ms \(.* later\)$/)
  expect(told[4]).toMatch(/lb-1 → web-2: Latency.*70/)
  expect(told[0]).toBe('–')
  await wrapper.find('input').setValue('latency')
  expect(wrapper.findAll('tbody th').map((cell) => cell.text())).toEqual(['web-2'])
})
