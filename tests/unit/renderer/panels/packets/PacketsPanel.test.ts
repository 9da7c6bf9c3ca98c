import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import PacketsPanel from '../../../../../renderer/src/panels/packets/PacketsPanel.vue'
import type { useLabStore } from '../../../../../renderer/src/stores/lab.ts'
import { usePacketsStore } from '../../../../../renderer/src/stores/packets.ts'
import { button, mountWithLab } from '../../mount.ts'

let wrapper: VueWrapper
let lab: ReturnType<typeof useLabStore>

async function open(topology: string | null = '0-simple_web_stack'): Promise<void> {
  const mounted = await mountWithLab(PacketsPanel, { topology })
  wrapper = mounted.wrapper
  lab = mounted.lab
  await flushPromises()
}

afterEach(() => wrapper.unmount())

function grid() {
  return wrapper.find('[role="grid"]')
}
function filterBox() {
  return wrapper.find<HTMLInputElement>('[role="combobox"]')
}
function lines() {
  return wrapper.findAll('.packet-line').map((line) => line.text())
}

/** Types as a person does; resolves when the engine has read it. */
async function type(text: string): Promise<void> {
  await filterBox().setValue(text)
  await vi.waitFor(() => expect(usePacketsStore().filterText).toBe(text))
  await flushPromises()
}

describe('without packets', () => {
  it('says that no lab runs', async () => {
    await open(null)
    expect(wrapper.text()).toContain('No lab is running')
    expect(grid().exists()).toBe(false)
  })

  it('says why there is no network, and what that means', async () => {
    await open()
    lab.state = { ...lab.state, network: { ...lab.state.network, state: 'unsupported' } }
    await vi.waitFor(() => expect(wrapper.text()).toContain('no network cards on this system'))
  })

  it('offers to record when recording is off', async () => {
    await open()
    const packets = usePacketsStore()
    await packets.setRecording('off')
    await packets.clear()
    await vi.waitFor(() => expect(wrapper.text()).toContain('Nothing is recorded'))
    await button(wrapper, 'Record everything').trigger('click')
    await flushPromises()
    expect(packets.recording.mode).toBe('full')
  })

  it('offers the way back when nothing passes the filter', async () => {
    await open()
    await type('host nobody')
    await vi.waitFor(() => expect(wrapper.text()).toContain('No packet passes the filter'))
    await button(wrapper, 'Show all packets').trigger('click')
    await vi.waitFor(() => expect(lines().length).toBeGreaterThan(0))
  })
})

describe('the list', () => {
  beforeEach(() => open())

  it('follows the newest packets', async () => {
    const count = usePacketsStore().recording.recorded
    expect(grid().attributes('aria-rowcount')).toBe(String(count + 1))
    expect(wrapper.findAll('.packet-line').at(-1)?.attributes('data-no')).toBe(String(count))
  })

  it('walks by keys, reads what it comes to, and lights up its link', async () => {
    const packets = usePacketsStore()
    await grid().trigger('keydown', { key: 'Home' })
    await vi.waitFor(() => expect(packets.view?.row.no).toBe(1))
    await grid().trigger('keydown', { key: 'ArrowDown' })
    await vi.waitFor(() => expect(packets.view?.row.no).toBe(2))
    const active = wrapper.find('.packet-line[aria-selected="true"]')
    expect(active.attributes('aria-rowindex')).toBe('3')
    expect(grid().attributes('aria-activedescendant')).toBe(active.attributes('id'))
    expect(packets.litLink).toBe('client>dns-1')
    await grid().trigger('keydown', { key: 'Escape' })
    expect(packets.litLink).toBeNull()
  })

  it('goes to the filter by Ctrl+F and back by Esc', async () => {
    await grid().trigger('keydown', { key: 'f', ctrlKey: true })
    expect(document.activeElement).toBe(filterBox().element)
    await filterBox().trigger('keydown', { key: 'Escape' })
    expect(document.activeElement).toBe(grid().element)
  })

  it('keeps the selected packet under another filter', async () => {
    await grid().trigger('keydown', { key: 'Home' })
    await vi.waitFor(() => expect(usePacketsStore().view?.row.no).toBe(1))
    await type('dns')
    await vi.waitFor(() => expect(wrapper.find('.packet-line[aria-selected="true"]').attributes('data-no')).toBe('1'))
    expect(lines().every((line) => line.includes('DNS'))).toBe(true)
  })

  it('is empty after a clear and forgets what was selected', async () => {
    const packets = usePacketsStore()
    await grid().trigger('keydown', { key: 'Home' })
    await vi.waitFor(() => expect(packets.selected?.no).toBe(1))
    await wrapper.find('[aria-label="Clear the packets"]').trigger('click')
    await vi.waitFor(() => expect(wrapper.text()).toContain('No packet has passed yet'))
    expect(packets.selected).toBeNull()
  })
})

describe('the filter box', () => {
  beforeEach(() => open())

  it('marks the place of a mistake, says what it is, and keeps the last filter', async () => {
    await type('dns')
    await type('dns and frob x')
    await vi.waitFor(() => expect(wrapper.find('.mark').text()).toBe('frob'))
    expect(wrapper.text()).toContain('frob is no test.')
    expect(filterBox().attributes('aria-invalid')).toBe('true')
    expect(usePacketsStore().filter).toBe('dns')
    await type('dns')
    await vi.waitFor(() => expect(wrapper.find('.mark').exists()).toBe(false))
  })

  it('offers words and takes one by the keyboard', async () => {
    await filterBox().trigger('focus')
    await type('hra')
    await vi.waitFor(() => expect(wrapper.findAll('[role="option"]').map((word) => word.text())).toEqual(['hrana']))
    await filterBox().trigger('keydown', { key: 'ArrowDown' })
    await filterBox().trigger('keydown', { key: 'Enter' })
    await vi.waitFor(() => expect(usePacketsStore().filter).toBe('hrana'))
    expect(filterBox().element.value).toBe('hrana ')
  })
})

describe('a packet', () => {
  beforeEach(async () => {
    await open()
    await grid().trigger('keydown', { key: 'Home' })
    await vi.waitFor(() => expect(wrapper.find('[role="tree"] [role="treeitem"]').exists()).toBe(true))
  })

  function layerNames() {
    return wrapper.findAll('[role="treeitem"][aria-level="1"] .name').map((name) => name.text())
  }
  function treeLine(text: string) {
    const found = wrapper.findAll('[role="treeitem"]').find((line) => line.text().includes(text))
    return found ?? expect.fail(`no line "${text}"`)
  }

  it('is told by four layers, top down, and says what is modelled and why', async () => {
    expect(layerNames()).toEqual(['Application', 'Transport', 'Internet', 'Link'])
    expect(treeLine('Link').text()).toContain('modelled')
    expect(treeLine('Source port').text()).not.toContain('modelled')
    expect(wrapper.find('[role="tree"]').text()).toContain('addresses, ports and data are captured')
  })

  it('marks the bytes of the chosen line, and finds the line of a byte', async () => {
    await treeLine('Source port').trigger('click')
    const marked = (): (string | undefined)[] =>
      wrapper.findAll('.byte.marked').map((byte) => byte.attributes('data-at'))
    expect(marked()).toEqual(['34', '35'])
    await wrapper.find('.byte[data-at="0"]').trigger('click')
    expect(treeLine('Destination address').attributes('aria-selected')).toBe('true')
    expect(marked()).toEqual(['0', '1', '2', '3', '4', '5'])
    await wrapper.find('[aria-label="Bytes of the packet"]').trigger('keydown', { key: 'ArrowDown' })
    expect(wrapper.find('.byte.cursor').attributes('data-at')).toBe('16')
  })

  it('is walked by the keys of a tree', async () => {
    const tree = wrapper.find('[role="tree"]')
    const chosen = (): string => wrapper.find('[role="treeitem"][aria-selected="true"] .name').text()
    await tree.trigger('keydown', { key: 'End' })
    expect(chosen()).toBe('Link')
    await tree.trigger('keydown', { key: 'ArrowRight' })
    await tree.trigger('keydown', { key: 'ArrowRight' })
    expect(chosen()).toBe('Destination address')
    await tree.trigger('keydown', { key: 'ArrowLeft' })
    expect(chosen()).toBe('Link')
    await tree.trigger('keydown', { key: 'ArrowLeft' })
    expect(wrapper.find('[aria-selected="true"][role="treeitem"]').attributes('aria-expanded')).toBe('false')
  })

  it('that is gone says so', async () => {
    const packets = usePacketsStore()
    const { selected } = packets
    await packets.select(null)
    await packets.select({ ...(selected ?? expect.fail('nothing selected')), no: 999_999 })
    await flushPromises()
    expect(wrapper.text()).toContain('Packet 999999 is not recorded any more')
  })
})
