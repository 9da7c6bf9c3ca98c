import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { createFakeClient } from '../../../../renderer/src/client/fake/fake-client.ts'
import { useLabStore } from '../../../../renderer/src/stores/lab.ts'
import { useStepsStore } from '../../../../renderer/src/stores/steps.ts'

beforeEach(async () => {
  localStorage.clear()
  setActivePinia(createPinia())
  await useLabStore().connect(createFakeClient({ pace: 0 }))
  await useLabStore().startLab('1-distributed_web_infrastructure')
})

it('goes from stop to stop to the end', async () => {
  const steps = useStepsStore()
  await steps.begin()
  expect(steps.waiting).toMatchObject({ no: 1, message: 'query', host: 'ns-1' })
  let presses = 0
  while (steps.active && presses < 50) {
    await steps.next()
    presses += 1
  }
  expect(steps.step).toMatchObject({ phase: 'done', status: 200 })
  expect(presses).toBe(steps.stops.length)
})

it('goes one hop for two impatient presses', async () => {
  const steps = useStepsStore()
  await steps.begin()
  await Promise.all([steps.next(), steps.next()])
  expect(steps.waiting?.no).toBe(2)
})

it('looks back over the recording while the packet stays where it is', async () => {
  const steps = useStepsStore()
  await steps.begin()
  await steps.next()
  await steps.next()
  steps.lookAside(-1)
  expect([steps.replaying, steps.viewed?.no, steps.waiting?.no]).toEqual([true, 2, 3])
  await steps.next()
  expect([steps.replaying, steps.viewed?.no, steps.waiting?.no]).toEqual([false, 3, 3])
})

it('asks before it tells, keeps the score, and asks no stop twice', async () => {
  const steps = useStepsStore()
  steps.asksFirst = true
  await steps.begin()
  expect(steps.question?.no).toBe(1)
  steps.answer('lb-1')
  expect(steps.guess).toEqual({ choice: 'lb-1', right: false })
  steps.answer('client')
  expect(steps.score).toEqual({ right: 0, asked: 1 })
  await steps.next()
  steps.answer('lb-1')
  expect(steps.score).toEqual({ right: 1, asked: 2 })
})

it('reads the packets of a stop and of the one before', async () => {
  const steps = useStepsStore()
  await steps.begin()
  await steps.next()
  await vi.waitFor(() => expect(steps.packets.size).toBe(2))
  expect(steps.packets.get(steps.viewed?.packet ?? 0)?.row.host).toBe('ns-1')
})

it('can be closed only when it is over, and comes back with the next one', async () => {
  const steps = useStepsStore()
  await steps.begin()
  steps.close()
  expect(steps.open).toBe(true)
  await steps.cancel()
  expect(steps.step?.phase).toBe('cancelled')
  steps.close()
  expect(steps.open).toBe(false)
  await steps.begin()
  expect(steps.open).toBe(true)
})

it('plays by itself and pauses', async () => {
  const steps = useStepsStore()
  steps.paceMs = 500
  await steps.begin()
  await steps.play()
  expect(steps.playing).toBe(true)
  await steps.pause()
  expect([steps.playing, steps.waiting?.no]).toEqual([false, 1])
})

it('is gone with the lab', async () => {
  const steps = useStepsStore()
  await steps.begin()
  await useLabStore().stopLab()
  expect([steps.open, steps.waiting]).toEqual([false, null])
})
