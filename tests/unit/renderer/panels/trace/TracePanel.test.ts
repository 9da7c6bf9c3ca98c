import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import TracePanel from '../../../../../renderer/src/panels/trace/TracePanel.vue'
import { useNoticesStore } from '../../../../../renderer/src/stores/notices.ts'
import { usePacketsStore } from '../../../../../renderer/src/stores/packets.ts'
import { useTracesStore } from '../../../../../renderer/src/stores/traces.ts'
import { button, mountWithLab, type MountedLab } from '../../mount.ts'

let mounted: MountedLab
beforeEach(async () => {
  mounted = await mountWithLab(TracePanel)
})

async function send(times = 1): Promise<void> {
  for (let sent = 0; sent < times; sent += 1) await mounted.lab.sendRequest()
  await vi.waitFor(() => expect(useTracesStore().shown?.id).toBe(mounted.lab.state.traces.at(-1)?.id))
  await flushPromises()
}

it('says what will stand here before there is anything', () => {
  expect(mounted.wrapper.text()).toContain('No trace yet')
})

it('shows the trace of what was sent last, told sentence by sentence', async () => {
  await send(2)
  const { wrapper } = mounted
  expect(wrapper.findAll('.traces [role="option"]')).toHaveLength(2)
  expect(wrapper.find('.traces [aria-selected="true"]').text()).toContain('2')
  expect(wrapper.find('.sentences').text()).toContain('The browser asks the DNS server dns-1')
  expect(wrapper.find('.trace-heads').text()).toContain('lb-1')
})

it('goes through the list and the sentences with the arrow keys', async () => {
  await send(2)
  const { wrapper } = mounted
  await wrapper.find('.traces').trigger('keydown', { key: 'ArrowDown' })
  await vi.waitFor(() => expect(useTracesStore().shown?.id).toBe(1))
  await wrapper.find('.sentences').trigger('keydown', { key: 'ArrowDown' })
  expect(useTracesStore().selectedHop).toBe(0)
  expect(wrapper.findAll('.trace-body .row.selected').length).toBeGreaterThan(0)
})

it('selects a hop in the drawing and in the waterfall alike', async () => {
  await send()
  const { wrapper } = mounted
  await wrapper.findAll('.trace-body .row').at(2)?.trigger('click')
  const hop = useTracesStore().selectedHop
  expect(hop).not.toBeNull()
  await button(wrapper, 'Waterfall').trigger('click')
  const rows = wrapper.findAll('.trace-waterfall tbody tr')
  expect(rows.findIndex((row) => row.classes('selected'))).toBe(hop)
})

it('opens the packets of the trace, or of the selected hop only', async () => {
  await send()
  await button(mounted.wrapper, 'Show packets').trigger('click')
  await vi.waitFor(() => expect(usePacketsStore().filter).toBe('trace 1'))
  useTracesStore().selectHop(1)
  await button(mounted.wrapper, 'Show packets').trigger('click')
  await vi.waitFor(() => expect(usePacketsStore().filter).toBe('trace 1 and link client > lb-1'))
})

it('shows an attempt that was refused as failed', async () => {
  await send(3)
  const failed = mounted.wrapper.findAll('.trace-body .row.failed')
  expect(failed).toHaveLength(1)
  expect(failed[0]?.find('.cross').exists()).toBe(true)
  expect(failed[0]?.text()).toContain('connection refused')
})

it('compares with a second trace', async () => {
  await send(2)
  const { wrapper } = mounted
  await button(wrapper, 'Compare').trigger('click')
  await wrapper.find('select').setValue('1')
  await vi.waitFor(() => expect(wrapper.find('table').exists()).toBe(true))
  expect(wrapper.find('table').text()).toContain('other server')
})

it('saves one page and says where', async () => {
  await send()
  await button(mounted.wrapper, 'Print / save page').trigger('click')
  await vi.waitFor(() => expect(useNoticesStore().notices).toHaveLength(1))
  expect(useNoticesStore().notices[0]).toMatchObject({
    kind: 'done',
    copy: '/home/student/hoplab/reports/trace-1.html',
  })
})
