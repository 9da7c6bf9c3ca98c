import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import InspectorPanel from '../../../../renderer/src/panels/inspector/InspectorPanel.vue'
import { useSelectionStore } from '../../../../renderer/src/stores/selection.ts'
import { button, mountWithLab } from '../mount.ts'

describe('the inspector of a service', () => {
  it('says what its process is and where', async () => {
    const { wrapper, lab } = await mountWithLab(InspectorPanel)
    useSelectionStore().selectService('web-1')
    await flushPromises()
    const text = wrapper.text()
    expect(text).toContain('127.10.0.21:8080')
    expect(text).toContain(String(lab.service('web-1')?.pid))
    expect(text).toContain('ready')
  })

  it('kills the process it names, and then says how it ended', async () => {
    const { wrapper, lab } = await mountWithLab(InspectorPanel)
    useSelectionStore().selectService('web-1')
    await flushPromises()
    await button(wrapper, 'Kill web-1').trigger('click')
    await vi.waitFor(() => expect(lab.service('web-1')?.state).toBe('failed'))
    await flushPromises()
    expect(wrapper.text()).toContain('Ended by SIGKILL.')
    expect(wrapper.text()).toContain('GET / 200 4.1 ms')
  })

  it('leaves a button that cannot be used in reach, and does nothing when it is pressed', async () => {
    const { wrapper, lab } = await mountWithLab(InspectorPanel)
    useSelectionStore().selectService('web-1')
    await flushPromises()
    const resume = button(wrapper, 'Resume')
    expect(resume.attributes('aria-disabled')).toBe('true')
    expect(resume.attributes('disabled')).toBeUndefined()
    const before = lab.state.seq
    await resume.trigger('click')
    await flushPromises()
    expect(lab.state.seq).toBe(before)
  })

  it('shows what the balancer thinks of its servers', async () => {
    const { wrapper, lab } = await mountWithLab(InspectorPanel)
    useSelectionStore().selectService('lb-1')
    await lab.actOnService('app-2', 'kill')
    await flushPromises()
    expect(wrapper.text()).toMatch(/web-1up/)
    expect(wrapper.text()).toMatch(/web-2down/)
  })
})

it('shows the whole lab when nothing is selected, and leads to its services', async () => {
  const { wrapper } = await mountWithLab(InspectorPanel)
  expect(wrapper.text()).toContain('http://www.foobar.com:8080/')
  await button(wrapper, 'db-1').trigger('click')
  expect(useSelectionStore().selected).toEqual({ kind: 'service', id: 'db-1' })
})

it('says what to do when there is no lab', async () => {
  const { wrapper } = await mountWithLab(InspectorPanel, { topology: null })
  expect(wrapper.text()).toContain('Start a lab to look inside')
})
