import { expect, it } from 'vitest'
import { WorkerSlots } from '../../../../services/protocols/capacity/worker-slots.ts'

const SETTING = { workers: 2, costMs: 10, queueLimit: 2 }

it('works on as many as it has workers, lets some wait and rejects the rest', () => {
  const slots = new WorkerSlots<string>(SETTING, 0)
  expect([...'abcde'].map((job) => slots.offer(job, 0))).toEqual([true, true, true, true, false])
  expect(slots.figures).toMatchObject({ busy: 2, queue: 2, rejected: 1 })
  expect(slots.nextMs).toBe(10)
  expect(slots.advance(9.9)).toEqual([])
  expect(slots.advance(10)).toEqual(['a', 'b'])
  expect(slots.advance(20)).toEqual(['c', 'd'])
  expect(slots.figures).toMatchObject({ busy: 0, queue: 0, served: 4, busyMs: 40, queueMs: 20 })
})

it('loses no capacity to late timers', () => {
  const slots = new WorkerSlots<string>({ ...SETTING, workers: 1 }, 0)
  for (const job of 'abc') slots.offer(job, 0)
  // Nobody looked for 25 ms: two are over, and the third one began at 20.
  expect(slots.advance(25)).toEqual(['a', 'b'])
  expect(slots.nextMs).toBe(30)
})

it('gives new workers to those who wait, and a new cost to those who begin', () => {
  const slots = new WorkerSlots<string>({ ...SETTING, workers: 1 }, 0)
  for (const job of 'abc') slots.offer(job, 0)
  slots.change({ workers: 2, costMs: 2, queueLimit: 2 }, 1)
  expect(slots.figures).toMatchObject({ busy: 2, queue: 1 })
  expect(slots.advance(3)).toEqual(['b'])
  expect(slots.advance(5)).toEqual(['c'])
  expect(slots.release(6)).toEqual(['a'])
})
