import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { createFakeClient } from '../../../../renderer/src/client/fake/fake-client.ts'
import { useLabStore } from '../../../../renderer/src/stores/lab.ts'
import { useTrafficStore } from '../../../../renderer/src/stores/traffic.ts'

it('reads a run that began before the window followed it', async () => {
  localStorage.clear()
  const client = createFakeClient({ pace: 0 })
  setActivePinia(createPinia())
  const first = useLabStore()
  await first.connect(client)
  await first.startLab('0-simple_web_stack')
  await client.run('startTraffic', { rate: 100, seconds: 2, connections: 'new' })
  await vi.waitFor(() => expect(first.state.traffic[0]?.endedAtMs ?? null).not.toBeNull())

  setActivePinia(createPinia())
  const lab = useLabStore()
  const traffic = useTrafficStore()
  await lab.connect(client)
  await vi.waitFor(() => expect(traffic.columnsOf(1).length).toBe(200))
  expect(traffic.columnsOf(1).total(199)).toBe(1)
  expect(lab.events.every(({ type }) => type !== 'trafficSampled')).toBe(true)
})
