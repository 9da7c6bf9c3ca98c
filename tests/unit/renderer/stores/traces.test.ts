import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { LabClient } from '../../../../renderer/src/client/client.ts'
import { createFakeClient } from '../../../../renderer/src/client/fake/fake-client.ts'
import { useLabStore } from '../../../../renderer/src/stores/lab.ts'
import { useTracesStore } from '../../../../renderer/src/stores/traces.ts'
import type { CommandName, LabEvent } from '../../../../services/contract/index.ts'

let reads = 0
let push: (events: readonly LabEvent[]) => void = () => undefined

/** The fake lab, with an eye on how often a trace is read and a way to say that one changed. */
function watchedClient(): LabClient {
  const client = createFakeClient({ pace: 0 })
  return {
    ...client,
    async run<Name extends CommandName>(command: Name, input: Parameters<typeof client.run<Name>>[1]) {
      if (command === 'readTrace') reads += 1
      return client.run(command, input)
    },
    subscribe(listener) {
      push = listener
      return client.subscribe(listener)
    },
  }
}

beforeEach(async () => {
  localStorage.clear()
  setActivePinia(createPinia())
  reads = 0
  await useLabStore().connect(watchedClient())
  await useLabStore().startLab('1-distributed_web_infrastructure')
})

async function shows(id: number): Promise<void> {
  await vi.waitFor(() => expect(useTracesStore().shown?.id).toBe(id))
}

it('follows what was sent last, and what was chosen until something is sent', async () => {
  const lab = useLabStore()
  const traces = useTracesStore()
  await lab.sendRequest()
  await shows(1)
  await lab.sendRequest()
  await shows(2)
  traces.choose(1)
  await shows(1)
  await lab.sendRequest()
  await shows(3)
})

it('lets go of what was selected when another trace is shown', async () => {
  const traces = useTracesStore()
  await useLabStore().sendRequest()
  await shows(1)
  traces.selectHop(1, 2)
  expect(traces.selected?.to).toBe('lb-1')
  await useLabStore().sendRequest()
  await shows(2)
  expect(traces.selectedHop).toBeNull()
})

it('reads a trace that changes all the time again, but not every time', async () => {
  const lab = useLabStore()
  useTracesStore()
  await lab.sendRequest()
  await shows(1)
  const before = reads
  const [trace] = lab.state.traces
  if (!trace) throw new Error('there is no trace')
  for (let change = 0; change < 50; change += 1) {
    push([{ type: 'traceChanged', trace: { ...trace, hops: change }, seq: lab.state.seq + 1, atMs: 0 }])
    await nextTick()
  }
  await vi.waitFor(() => expect(reads).toBeGreaterThan(before))
  expect(reads - before).toBeLessThan(5)
})

it('says so when a trace is gone', async () => {
  const traces = useTracesStore()
  await useLabStore().sendRequest()
  await shows(1)
  traces.comparedId = 99
  await vi.waitFor(() => expect(reads).toBeGreaterThan(1))
  expect(traces.compared).toBeNull()
})
