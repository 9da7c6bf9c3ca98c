import { expect, it } from 'vitest'
import { displayState, STATE_LOOKS } from '../../../../renderer/src/model/display-state.ts'
import type { BackendServerState, ServiceState } from '../../../../services/contract/index.ts'
import { SERVICE_STATES } from '../../../../services/contract/names.ts'

const web = { id: 'web-1', state: 'ready' } as ServiceState
const drained = [{ service: 'web-1', state: 'drain' }] as unknown as BackendServerState[]

it('shows a ready server that gets no new requests as draining', () => {
  expect(displayState(web, drained)).toBe('draining')
  expect(displayState({ ...web, id: 'web-2' }, drained)).toBe('ready')
})

it('shows a failed server as failed, whatever its balancer was told', () => {
  expect(displayState({ ...web, state: 'failed' }, drained)).toBe('failed')
})

it('never tells two states apart by colour alone', () => {
  const looks = SERVICE_STATES.filter((state) => state !== 'stopping').map((state) => STATE_LOOKS[state].glyph)
  expect(new Set(looks).size).toBe(looks.length)
})
