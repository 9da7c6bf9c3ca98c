import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { h, type Component } from 'vue'
import { createFakeClient } from '../../../renderer/src/client/fake/fake-client.ts'
import { wholeTranslations } from './translations.ts'
import { useLabStore } from '../../../renderer/src/stores/lab.ts'

export interface MountedLab {
  readonly wrapper: VueWrapper
  readonly lab: ReturnType<typeof useLabStore>
}

/** Mounts a component in a window whose lab is played without waiting; `topology` null: no lab is started. */
export async function mountWithLab(
  component: Component,
  { topology = '1-distributed_web_infrastructure' as string | null, props = (): Record<string, unknown> => ({}) } = {},
): Promise<MountedLab> {
  localStorage.clear()
  const pinia = createPinia()
  setActivePinia(pinia)
  const lab = useLabStore()
  await lab.connect(createFakeClient({ pace: 0 }))
  if (topology) await lab.startLab(topology)
  const wrapper = mount(
    { render: () => h(TooltipProvider, () => h(component, props())) },
    { global: { plugins: [pinia, wholeTranslations()] }, attachTo: document.body },
  )
  return { wrapper, lab }
}

/** The button that says so, whatever stands around its words. */
export function button(wrapper: VueWrapper, text: string): ReturnType<VueWrapper['find']> {
  const found = wrapper.findAll('button').find((candidate) => candidate.text().includes(text))
  if (!found) throw new Error(`There is no button "${text}" in: ${wrapper.text()}`)
  return found
}
