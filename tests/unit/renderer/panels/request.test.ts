import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import RequestPanel from '../../../../renderer/src/panels/request/RequestPanel.vue'
import { button, mountWithLab } from '../mount.ts'

it('sends what stands in its address field and shows what came back, and how', async () => {
  const { wrapper, lab } = await mountWithLab(RequestPanel)
  await wrapper.find('form').trigger('submit')
  await vi.waitFor(() => expect(lab.state.lastRequest).not.toBeNull())
  await flushPromises()
  const text = wrapper.text()
  expect(text).toContain('200 OK')
  expect(text).toContain('www.foobar.com is 127.10.0.10 for 60 s')
  expect(lab.state.lastRequest?.via.every((service) => text.includes(service))).toBe(true)
})

it('draws the page in a frame that may run nothing', async () => {
  const { wrapper, lab } = await mountWithLab(RequestPanel)
  await lab.sendRequest()
  await flushPromises()
  const frame = wrapper.find('iframe')
  expect(frame.attributes('sandbox')).toBe('')
  expect(frame.attributes('srcdoc')).toBe(lab.state.lastRequest?.preview)
  expect(frame.attributes('src')).toBeUndefined()
})

it('says why there was no answer', async () => {
  const { wrapper, lab } = await mountWithLab(RequestPanel)
  await lab.actOnService('lb-1', 'kill')
  await lab.sendRequest()
  await flushPromises()
  expect(wrapper.text()).toContain('No answer')
  expect(wrapper.text()).toContain('No connection to 127.10.0.10:8080: connection refused.')
})

it('shows an earlier answer when it is chosen, and the newest when one arrives', async () => {
  const { wrapper, lab } = await mountWithLab(RequestPanel)
  const first = await lab.sendRequest()
  await lab.sendRequest()
  await flushPromises()
  await wrapper.findAll('.entry').at(-1)?.trigger('click')
  expect(wrapper.text()).toContain(first?.traceparent)
  await lab.sendRequest()
  await flushPromises()
  expect(wrapper.text()).toContain(lab.state.lastRequest?.traceparent)
})

it('cannot send without a lab, and says so', async () => {
  const { wrapper } = await mountWithLab(RequestPanel, { topology: null })
  expect(button(wrapper, 'Send').attributes('aria-disabled')).toBe('true')
  expect(wrapper.text()).toContain('Start a lab first')
})
