import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import AuditPanel from '../../../../../renderer/src/panels/audit/AuditPanel.vue'
import { useAuditStore } from '../../../../../renderer/src/stores/audit.ts'
import { button, mountWithLab } from '../../mount.ts'

const PATIENCE = { timeout: 15_000 }
vi.setConfig({ testTimeout: 30_000 })

it('says what is missing where no lab runs', async () => {
  const { wrapper } = await mountWithLab(AuditPanel, { topology: null })
  expect(wrapper.text()).toContain('No lab is running')
  expect(button(wrapper, 'Predict').attributes('aria-disabled')).toBe('true')
})

it('lets the student mark, then predicts and scores', async () => {
  const { wrapper } = await mountWithLab(AuditPanel)
  const audit = useAuditStore()
  for (const id of ['dns-1', 'web-1']) {
    const box = wrapper.findAll('label.option').find((label) => label.text() === id)
    await box?.find('button').trigger('click')
  }
  expect(audit.marks).toEqual([
    { kind: 'service', id: 'dns-1' },
    { kind: 'service', id: 'web-1' },
  ])
  expect(audit.looks.size).toBe(0)
  await button(wrapper, 'Predict').trigger('click')
  await flushPromises()
  const row = wrapper.findAll('tbody tr').find((line) => line.text().startsWith('lb-1'))
  expect(row?.text()).toMatch(/lb-1\s*service\s*–\s*✕ down.*All paths to the site go through lb-1/)
  expect(wrapper.text()).toMatch(/Marked correctly: \d+ of 20\. Missed: lb-1, .*Marked, but none: web-1\./)
  expect(audit.looks.get('service:lb-1')).toEqual({ effect: 'down', spof: true, proved: false })
})

it('proves with progress, and can be stopped', async () => {
  const { wrapper } = await mountWithLab(AuditPanel)
  const audit = useAuditStore()
  await button(wrapper, 'Prove').trigger('click')
  await vi.waitFor(() => expect(wrapper.find('progress').exists()).toBe(true), PATIENCE)
  expect(wrapper.text()).toMatch(/\d+ of 20: .*watching what fails/)
  await button(wrapper, 'Stop the audit').trigger('click')
  await vi.waitFor(() => expect(audit.proof?.phase).toBe('stopped'), PATIENCE)
  await flushPromises()
  expect(wrapper.find('progress').exists()).toBe(false)
  expect(wrapper.find('tbody').text()).toContain('60 of 60')
})
