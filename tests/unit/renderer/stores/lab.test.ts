import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabClient } from '../../../../renderer/src/client/client.ts'
import { createFakeClient } from '../../../../renderer/src/client/fake/fake-client.ts'
import { useLabStore } from '../../../../renderer/src/stores/lab.ts'
import { useNoticesStore } from '../../../../renderer/src/stores/notices.ts'
import type { LabEvent, Subscription } from '../../../../services/contract/index.ts'
import { EMPTY_LAB } from '../../../../services/contract/state.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'

beforeEach(() => setActivePinia(createPinia()))

describe('the lab store', () => {
  it('follows a lab from start to stop', async () => {
    const lab = useLabStore()
    await lab.connect(createFakeClient({ pace: 0 }))
    expect(lab.topologies?.map((topology) => topology.id)).toContain(DISTRIBUTED)

    await lab.startLab(DISTRIBUTED)
    expect(lab.phase).toBe('running')
    expect(lab.readyCount).toBe(7)

    await lab.stopLab()
    expect(lab.phase).toBe('idle')
    expect(lab.services).toEqual([])
  })

  it('remembers the requests of this lab, newest last', async () => {
    const lab = useLabStore()
    await lab.connect(createFakeClient({ pace: 0 }))
    await lab.startLab(DISTRIBUTED)
    await lab.sendRequest()
    await lab.sendRequest()
    expect(lab.requests.map((request) => request.status)).toEqual([200, 200])
    expect(lab.requests.at(-1)).toEqual(lab.state.lastRequest)
  })

  it('turns the failure of a command into a notice', async () => {
    const lab = useLabStore()
    await lab.connect(createFakeClient({ pace: 0 }))
    await lab.sendRequest()
    expect(useNoticesStore().notices.map((notice) => notice.failure?.code)).toEqual(['LAB_NOT_RUNNING'])
  })

  it('shows the same failure once, however often it happens', async () => {
    const lab = useLabStore()
    await lab.connect(createFakeClient({ pace: 0 }))
    await lab.sendRequest()
    await lab.sendRequest()
    expect(useNoticesStore().notices).toHaveLength(1)
  })
})

/** A client whose answers the test gives itself. */
function manualClient(): { client: LabClient; emit: (events: readonly LabEvent[]) => void; calls: string[] } {
  const calls: string[] = []
  let listener: (events: readonly LabEvent[]) => void = () => undefined
  const client: LabClient = {
    run: (command) => {
      calls.push(command)
      return new Promise(() => undefined)
    },
    subscribe: async (follow) => {
      listener = follow
      return { state: { ...EMPTY_LAB, seq: 5 }, recent: [] }
    },
    onTerminalData: () => () => undefined,
  }
  return { client, emit: (events) => listener(events), calls }
}

function phase(seq: number, name: 'starting' | 'running'): LabEvent {
  return { type: 'labPhaseChanged', phase: name, seq, atMs: 0 }
}

function samples(seq: number): LabEvent {
  const sample = { service: 'web-1', memoryBytes: 1, requests: seq, requestsPerSecond: seq }
  return { type: 'metricsSampled', services: [sample], seq, atMs: 0 }
}

describe('events', () => {
  it('are folded once: what the snapshot holds already is passed over', async () => {
    const lab = useLabStore()
    const { client, emit } = manualClient()
    void lab.connect(client)
    await Promise.resolve()
    emit([phase(5, 'running'), phase(6, 'starting')])
    expect(lab.phase).toBe('starting')
    expect(lab.state.seq).toBe(6)
    expect(lab.events.map((event) => event.seq)).toEqual([6])
  })

  it('are kept up to a bound, and figures are no lines of the log', async () => {
    const lab = useLabStore()
    const { client, emit } = manualClient()
    void lab.connect(client)
    await Promise.resolve()
    emit(Array.from({ length: 10_500 }, (_, index) => phase(6 + index, 'running')))
    emit([samples(11_000)])
    expect(lab.events).toHaveLength(10_000)
    expect(lab.events.at(-1)?.seq).toBe(10_505)
    expect(lab.rates.get('web-1')).toEqual([11_000])
  })
})

it('sends a command that is under way only once: double clicks are harmless', async () => {
  const lab = useLabStore()
  const { client, calls } = manualClient()
  void lab.connect(client)
  await Promise.resolve()
  await Promise.resolve()
  calls.length = 0
  void lab.startLab(DISTRIBUTED)
  void lab.startLab(DISTRIBUTED)
  void lab.actOnService('web-1', 'kill')
  void lab.actOnService('web-1', 'kill')
  void lab.actOnService('web-2', 'kill')
  expect(calls).toEqual(['startLab', 'actOnService', 'actOnService'])
  expect(lab.busy.has('service:web-1')).toBe(true)
})

it('can start a lab before the engine has answered anything', async () => {
  const lab = useLabStore()
  const { client, calls } = manualClient()
  const snapshot = Promise.withResolvers<Subscription>()
  void lab.connect({ ...client, subscribe: () => snapshot.promise })
  void lab.startLab(DISTRIBUTED)
  expect(calls).toEqual(['listTopologies', 'startLab'])
  snapshot.resolve({ state: EMPTY_LAB, recent: [] })
  await vi.waitFor(() => expect(lab.connected).toBe(true))
  void lab.startLab(DISTRIBUTED)
  expect(calls.filter((command) => command === 'startLab')).toHaveLength(1)
})
