import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { TIP_DELAY_MS, TIP_GRACE_MS, Tips } from '../../../../renderer/src/components/tips.ts'

const words = { text: 'A sentence', shortcut: null }
let tips = new Tips()

function element(): HTMLElement {
  return document.body.appendChild(document.createElement('button'))
}

beforeEach(() => {
  vi.useFakeTimers()
  tips = new Tips()
})
afterEach(() => {
  vi.useRealTimers()
  document.body.replaceChildren()
})

it('comes when the pointer has rested, and goes a while after it left', () => {
  const button = element()
  tips.point(button, words)
  vi.advanceTimersByTime(TIP_DELAY_MS - 1)
  expect(tips.shown.value).toBeNull()
  vi.advanceTimersByTime(1)
  expect(tips.shown.value?.element).toBe(button)
  tips.leave()
  vi.advanceTimersByTime(TIP_GRACE_MS)
  expect(tips.shown.value).toBeNull()
})

it('stays while the pointer is on the tip itself', () => {
  tips.show(element(), words)
  tips.leave()
  tips.hold()
  vi.advanceTimersByTime(TIP_GRACE_MS * 10)
  expect(tips.shown.value).not.toBeNull()
})

it('goes over to the next element at once, and away where that one has nothing to say', () => {
  const next = element()
  tips.show(element(), words)
  tips.leave()
  tips.point(next, words)
  expect(tips.shown.value?.element).toBe(next)
  tips.point(element(), { text: null, shortcut: null })
  expect(tips.shown.value).toBeNull()
})

it('is hidden with its own element only', () => {
  const shown = element()
  tips.show(shown, words)
  tips.hide(element())
  expect(tips.shown.value).not.toBeNull()
  tips.hide(shown)
  expect(tips.shown.value).toBeNull()
})
