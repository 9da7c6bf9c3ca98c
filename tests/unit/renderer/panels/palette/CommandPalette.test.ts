import { flushPromises } from '@vue/test-utils'
import { expect, it } from 'vitest'
import CommandPalette from '../../../../../renderer/src/panels/palette/CommandPalette.vue'
import { useSurfacesStore } from '../../../../../renderer/src/stores/surfaces.ts'
import { mountWithLab } from '../../mount.ts'

async function found(text: string): Promise<string[]> {
  const input = document.querySelector<HTMLInputElement>('input[type="text"], input:not([type])')
  if (!input) throw new Error('the palette has no field')
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await flushPromises()
  return [...document.querySelectorAll('[role="option"]')].map((option) => option.textContent.trim())
}

it('finds commands by their own words first, and by what they belong to', async () => {
  const { wrapper } = await mountWithLab(CommandPalette)
  useSurfacesStore().paletteOpen = true
  await flushPromises()
  expect((await found('audit prove'))[0]).toMatch(/^Prove/)
  expect((await found('send request'))[0]).toMatch(/^Send request/)
  const capacity = await found('show capacity')
  expect(capacity[0]).toMatch(/^Show capacity/)
  expect(capacity.slice(1)).toContainEqual(expect.stringMatching(/^Show balancing/))
  expect(await found('no such command')).toEqual([])
  wrapper.unmount()
})
