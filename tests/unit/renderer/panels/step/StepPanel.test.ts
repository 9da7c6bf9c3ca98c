import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it } from 'vitest'
import { nextTick } from 'vue'
import InspectorPanel from '../../../../../renderer/src/panels/inspector/InspectorPanel.vue'
import { useSelectionStore } from '../../../../../renderer/src/stores/selection.ts'
import { useStepsStore } from '../../../../../renderer/src/stores/steps.ts'
import { button, mountWithLab, type MountedLab } from '../../mount.ts'

let mounted: MountedLab
beforeEach(async () => {
  mounted = await mountWithLab(InspectorPanel)
  await useStepsStore().begin()
  await flushPromises()
})

async function next(times = 1): Promise<void> {
  for (let pressed = 0; pressed < times; pressed += 1) await useStepsStore().next()
  await flushPromises()
}

it('says who has the packet, why it is there and where it goes next', () => {
  const text = mounted.wrapper.text()
  expect(text).toContain('Network card of ns-1, on its way in to dns-1')
  expect(text).toContain('The browser knows the name www.foobar.com, not its address, and asks the DNS server dns-1.')
  expect(text).toContain('dns-1 looks www.foobar.com up in its zone and answers.')
})

it('shows the packet by layer, the application first and open', async () => {
  await next(2)
  const layers = mounted.wrapper.findAll('details')
  expect(layers.map((layer) => layer.find('summary').text())).toEqual([
    'Application HTTP',
    'Transport TCP',
    'Internet IPv4',
    'Link Ethernet',
  ])
  expect(layers.map((layer) => layer.attributes('open') !== undefined)).toEqual([true, false, false, false])
})

it('shows what the balancer added to the request', async () => {
  await next(3)
  const changes = mounted.wrapper.find('.changes').text()
  expect(changes).toContain('X-Forwarded-For')
  expect(changes).toContain('Via')
  expect(changes).toContain('added')
})

it('calls a look back a replay, and says where the packet waits', async () => {
  await next(2)
  await mounted.wrapper.find('.stops button').trigger('click')
  expect(mounted.wrapper.find('.replay').text()).toBe('Replay of the recording. The packet itself waits at balancer-1.')
})

it('asks first, then tells', async () => {
  useStepsStore().asksFirst = true
  await nextTick()
  expect(mounted.wrapper.text()).toContain('Where does it go next?')
  expect(mounted.wrapper.text()).not.toContain('looks www.foobar.com up')
  await button(mounted.wrapper, 'the browser').trigger('click')
  expect(mounted.wrapper.text()).toContain('Right. 1 of 1 right')
  expect(mounted.wrapper.text()).toContain('looks www.foobar.com up')
})

it('gives way to the details of what is selected, and comes back with the next stop', async () => {
  useSelectionStore().selectService('web-1')
  await nextTick()
  expect(mounted.wrapper.find('.step').exists()).toBe(false)
  await next()
  expect(mounted.wrapper.find('.step').exists()).toBe(true)
})

it('says how it ended and can be closed', async () => {
  await useStepsStore().cancel()
  await nextTick()
  expect(mounted.wrapper.text()).toContain('Given up')
  await mounted.wrapper.find('[aria-label="Close"]').trigger('click')
  expect(mounted.wrapper.find('.step').exists()).toBe(false)
})
