import { afterEach, expect, it, vi } from 'vitest'
import { leaveRoomForInput, afterPaint } from '../../../../renderer/src/client/after-paint.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('waits for the frame, and lets it be painted', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  let frame = (): void => undefined
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => (frame = callback))
  const painted = vi.fn()
  void afterPaint().then(painted)
  frame()
  await vi.advanceTimersByTimeAsync(0)
  expect(painted).not.toHaveBeenCalled()
  frame()
  await Promise.resolve()
  expect(painted).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(0)
  expect(painted).toHaveBeenCalledOnce()
})

it('does not wait for ever for a window that paints nothing', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  vi.stubGlobal('requestAnimationFrame', () => 1)
  const painted = vi.fn()
  void afterPaint().then(painted)
  await vi.advanceTimersByTimeAsync(1000)
  expect(painted).toHaveBeenCalledOnce()
})

it('leaves the page to a first click before it goes on', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback, 16))
  const idle = vi.fn((callback: () => void) => callback())
  vi.stubGlobal('requestIdleCallback', idle)
  const done = vi.fn()
  void leaveRoomForInput().then(done)
  await vi.advanceTimersByTimeAsync(33)
  await vi.advanceTimersByTimeAsync(90)
  expect(idle).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(20)
  expect(idle).toHaveBeenCalledOnce()
  expect(done).toHaveBeenCalledOnce()
})
