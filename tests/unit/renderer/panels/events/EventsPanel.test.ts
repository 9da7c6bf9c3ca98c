import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { h } from 'vue'
import { createFakeClient } from '../../../../../renderer/src/client/fake/fake-client.ts'
import { wholeTranslations } from '../../translations.ts'
import EventsPanel from '../../../../../renderer/src/panels/events/EventsPanel.vue'
import { useLabStore } from '../../../../../renderer/src/stores/lab.ts'
import { useSelectionStore } from '../../../../../renderer/src/stores/selection.ts'

let wrapper: VueWrapper

function rows(): readonly string[] {
  return wrapper.findAll('.event-text').map((row) => row.text())
}

beforeEach(async () => {
  setActivePinia(createPinia())
  await useLabStore().connect(createFakeClient({ pace: 0 }))
  wrapper = mount(
    { render: () => h(TooltipProvider, null, { default: () => h(EventsPanel) }) },
    { attachTo: document.body, global: { plugins: [wholeTranslations()] } },
  )
})
afterEach(() => {
  wrapper.unmount()
})

async function startLab(): Promise<void> {
  await useLabStore().startLab('0-simple_web_stack')
  await flushPromises()
}

/** Without a layout engine the list has no height and draws its spare rows only: a narrowed list fits into them. */
async function showOnly(service: string): Promise<void> {
  await wrapper.findAll('select')[1]?.setValue(service)
}

describe('EventsPanel', () => {
  it('says what will be here while nothing has happened', () => {
    expect(wrapper.text()).toContain('Nothing has happened yet')
  })

  it('shows what happened as sentences', async () => {
    await startLab()
    expect(rows()).toContain('The lab is starting.')
    await showOnly('app-1')
    expect(rows().some((row) => row.startsWith('app-1 is ready'))).toBe(true)
  })

  it('narrows to a kind, to a service and to a text, and back', async () => {
    await startLab()
    const [kind] = wrapper.findAll('select')
    await kind?.setValue('lab')
    expect(rows()).not.toEqual([])
    expect(rows().filter((row) => row.startsWith('app-1'))).toEqual([])
    await kind?.setValue('')
    await showOnly('app-1')
    expect(rows().every((row) => row.includes('app-1'))).toBe(true)
    await showOnly('')
    await wrapper.find('input').setValue('no such words')
    await vi.waitFor(() => expect(wrapper.text()).toContain('No event matches the filter'))
    await wrapper.find('.empty button').trigger('click')
    expect(rows()).toContain('The lab is starting.')
  })

  it('selects the service of a line that is clicked or entered', async () => {
    await startLab()
    await showOnly('app-1')
    const selection = useSelectionStore()
    const line = wrapper.findAll('.event-row').find((row) => row.text().includes('app-1 is ready'))
    await line?.trigger('click')
    expect(selection.selected).toEqual({ kind: 'service', id: 'app-1' })
    selection.clear()
    await wrapper.find('[role="listbox"]').trigger('keydown', { key: 'Enter' })
    expect(selection.selected).toEqual({ kind: 'service', id: 'app-1' })
    expect(line?.attributes('aria-selected')).toBe('true')
  })

  it('walks through the lines by arrow keys', async () => {
    await startLab()
    const list = wrapper.find('[role="listbox"]')
    await list.trigger('keydown', { key: 'Home' })
    expect(wrapper.find('[aria-selected="true"]').attributes('aria-posinset')).toBe('1')
    await list.trigger('keydown', { key: 'ArrowDown' })
    const active = wrapper.find('[aria-selected="true"]')
    expect(active.attributes('aria-posinset')).toBe('2')
    expect(list.attributes('aria-activedescendant')).toBe(active.attributes('id'))
  })

  it('is empty after it was cleared, and goes on with what comes next', async () => {
    await startLab()
    await wrapper.find('[aria-label="Clear the view"]').trigger('click')
    expect(wrapper.text()).toContain('Nothing has happened yet')
    await useLabStore().sendRequest()
    await flushPromises()
    expect(rows().length).toBeGreaterThan(0)
    expect(rows()).not.toContain('The lab is starting.')
  })

  it('goes to the filter with Ctrl+F', async () => {
    await startLab()
    await wrapper.find('[role="listbox"]').trigger('keydown', { key: 'f', ctrlKey: true })
    expect(document.activeElement).toBe(wrapper.find('input').element)
  })
})
