import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { h } from 'vue'
import type { LabClient } from '../../../../../renderer/src/client/client.ts'
import { createFakeClient } from '../../../../../renderer/src/client/fake/fake-client.ts'
import { labClientKey } from '../../../../../renderer/src/client/provide.ts'
import { wholeTranslations } from '../../translations.ts'
import TerminalsPanel from '../../../../../renderer/src/panels/terminals/TerminalsPanel.vue'
import { useLabStore } from '../../../../../renderer/src/stores/lab.ts'
import { useSelectionStore } from '../../../../../renderer/src/stores/selection.ts'

let client: LabClient
let commands: string[]
/** No process says anything. */
let silent: boolean
let wrapper: VueWrapper

/** Waits until the panel shows something: fonts and commands settle after some turns. */
function shows(text: string): Promise<void> {
  return vi.waitFor(() => expect(wrapper.text().includes(text), text).toBe(true))
}

function tab(name: string): HTMLElement {
  const found = wrapper.findAll<HTMLElement>('[role="tab"]').find((one) => one.text() === name)
  if (!found) throw new Error(`no tab ${name}`)
  return found.element
}

beforeEach(async () => {
  commands = []
  silent = false
  const fake = createFakeClient({ pace: 0 })
  client = {
    ...fake,
    onTerminalData: (service, listener) => (silent ? () => undefined : fake.onTerminalData(service, listener)),
    run(command, input) {
      if (command.endsWith('Terminal')) commands.push(`${command} ${'service' in input ? input.service : ''}`)
      return fake.run(command, input)
    },
  }
  setActivePinia(createPinia())
  await useLabStore().connect(client)
  wrapper = mount(
    { render: () => h(TooltipProvider, null, { default: () => h(TerminalsPanel) }) },
    {
      attachTo: document.body,
      global: { plugins: [wholeTranslations()], provide: { [labClientKey]: client } },
    },
  )
})
afterEach(() => {
  wrapper.unmount()
  document.body.innerHTML = ''
})

describe('TerminalsPanel', () => {
  it('says what to do while there is no lab', () => {
    expect(wrapper.text()).toContain('No lab is running')
    expect(wrapper.find('[role="tab"]').exists()).toBe(false)
  })

  it('has a tab per process and shows all of them at first', async () => {
    await useLabStore().startLab('1-distributed_web_infrastructure')
    await flushPromises()
    const names = wrapper.findAll('[role="tab"]').map((one) => one.text())
    expect(names[0]).toBe('All')
    expect(names.slice(1).toSorted()).toEqual(['app-1', 'app-2', 'db-1', 'dns-1', 'lb-1', 'web-1', 'web-2'])
    expect(tab('All').dataset.state).toBe('active')
    expect(tab('app-1').getAttribute('aria-label')).toBe('app-1, application server, ready')
  })

  it('attaches a terminal when it is first looked at, and not before', async () => {
    await useLabStore().startLab('0-simple_web_stack')
    await flushPromises()
    useSelectionStore().openTerminal('app-1')
    await vi.waitFor(() => expect(wrapper.find('[aria-label="Terminal of app-1"]').exists()).toBe(true))
    expect(commands.filter((command) => command.startsWith('attach'))).toEqual(['attachTerminal app-1'])
    expect(tab('app-1').dataset.state).toBe('active')
  })

  it('moves between tabs by arrow keys, and selects the service', async () => {
    await useLabStore().startLab('0-simple_web_stack')
    await flushPromises()
    tab('All').focus()
    tab('All').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
    await flushPromises()
    const active = wrapper.find('[role="tab"][data-state="active"]').text()
    expect(active).not.toBe('All')
    expect(useSelectionStore().selected).toEqual({ kind: 'service', id: active })
  })

  it('keeps the view of all terminals when a service is only selected elsewhere', async () => {
    await useLabStore().startLab('0-simple_web_stack')
    await flushPromises()
    useSelectionStore().selectService('app-1')
    await flushPromises()
    expect(tab('All').dataset.state).toBe('active')
  })

  it('offers to start a service that never said anything', async () => {
    silent = true
    const lab = useLabStore()
    await lab.startLab('0-simple_web_stack')
    await lab.actOnService('app-1', 'stop')
    useSelectionStore().openTerminal('app-1')
    await shows('app-1 has not started yet: press Start.')
    await wrapper.find('.terminal-idle button').trigger('click')
    await vi.waitFor(() => expect(lab.service('app-1')?.state).toBe('ready'))
    await vi.waitFor(() => expect(wrapper.find('.terminal-idle').exists()).toBe(false))
  })

  it('lets go of all terminals when the lab ends', async () => {
    const lab = useLabStore()
    await lab.startLab('0-simple_web_stack')
    useSelectionStore().openTerminal('app-1')
    await vi.waitFor(() => expect(commands).toContain('attachTerminal app-1'))
    await lab.stopLab()
    await shows('No lab is running')
    expect(commands).toContain('detachTerminal app-1')
    expect(document.querySelectorAll('.xterm')).toHaveLength(0)
  })
})
