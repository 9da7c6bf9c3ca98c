import { afterEach, expect, it, vi } from 'vitest'
import { afterPaint } from '../../../../renderer/src/client/after-paint.ts'

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
