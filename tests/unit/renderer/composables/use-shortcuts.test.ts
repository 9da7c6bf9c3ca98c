import { flushPromises } from '@vue/test-utils'
import { defineComponent, h } from 'vue'
import { expect, it, vi } from 'vitest'
import { useShortcuts } from '../../../../renderer/src/composables/use-shortcuts.ts'
import { useLayoutStore } from '../../../../renderer/src/stores/layout.ts'
import { useSurfacesStore } from '../../../../renderer/src/stores/surfaces.ts'
import { mountWithLab } from '../mount.ts'

const Window = defineComponent(() => {
  useShortcuts()
  return () => h('input')
})

function press(key: string, change: KeyboardEventInit = {}, target: EventTarget = document.body): void {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...change }))
}

it('starts and stops the lab with F5', async () => {
  const { lab } = await mountWithLab(Window, { topology: null })
  press('F5')
  await vi.waitFor(() => expect(lab.phase).toBe('running'))
  press('F5')
  await vi.waitFor(() => expect(lab.phase).toBe('idle'))
})

it('sends a request with Ctrl+Enter, also from a field, and shows it', async () => {
  const { wrapper, lab } = await mountWithLab(Window)
  press('Enter', { ctrlKey: true }, wrapper.find('input').element)
  await vi.waitFor(() => expect(lab.requests).toHaveLength(1))
  expect(useLayoutStore().panelRequest?.panel).toBe('request')
})

it('turns the topology into a table with Shift+W, but not while typing', async () => {
  const { wrapper } = await mountWithLab(Window)
  const layout = useLayoutStore()
  press('W', { shiftKey: true }, wrapper.find('input').element)
  expect(layout.topologyView).toBe('map')
  press('W', { shiftKey: true })
  expect(layout.topologyView).toBe('table')
})

it('opens help with ? and all commands with Ctrl+K', async () => {
  await mountWithLab(Window)
  const surfaces = useSurfacesStore()
  press('?')
  press('k', { ctrlKey: true })
  await flushPromises()
  expect([surfaces.helpOpen, surfaces.paletteOpen]).toEqual([true, true])
})

it('opens help with F1 also from a field, where ? is typed', async () => {
  const { wrapper } = await mountWithLab(Window)
  const surfaces = useSurfacesStore()
  press('?', {}, wrapper.find('input').element)
  expect(surfaces.helpOpen).toBe(false)
  press('F1', {}, wrapper.find('input').element)
  expect(surfaces.helpOpen).toBe(true)
})

it('holds a key down without starting and stopping in turns', async () => {
  const { lab } = await mountWithLab(Window, { topology: null })
  press('F5', { repeat: true })
  await flushPromises()
  expect(lab.phase).toBe('idle')
})
