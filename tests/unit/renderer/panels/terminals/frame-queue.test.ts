import { expect, it } from 'vitest'
import { FrameQueue } from '../../../../../renderer/src/panels/terminals/frame-queue.ts'

it('does one job per frame, in order, and none that was taken back', () => {
  const frames: (() => void)[] = []
  const queue = new FrameQueue({ next: (callback) => frames.push(callback) })
  const done: string[] = []
  queue.add(() => done.push('one'))
  const takeBack = queue.add(() => done.push('two'))
  queue.add(() => done.push('three'))
  expect(done).toEqual([])
  frames.shift()?.()
  expect(done).toEqual(['one'])
  takeBack()
  frames.shift()?.()
  expect(done).toEqual(['one', 'three'])
  expect(frames).toHaveLength(0)
})
