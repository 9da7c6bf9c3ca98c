import { expect, it } from 'vitest'
import { placeTip } from '../../../../renderer/src/components/tip-place.ts'

const WINDOW = { width: 1000, height: 700 }
const TIP = { width: 200, height: 30 }

it('stands above its element, in the middle', () => {
  expect(placeTip({ left: 400, top: 300, width: 100, height: 20 }, TIP, WINDOW)).toEqual({ left: 350, top: 264 })
})

it('stands below where there is no room above', () => {
  expect(placeTip({ left: 400, top: 10, width: 100, height: 20 }, TIP, WINDOW).top).toBe(36)
})

it('stays inside the window at both edges', () => {
  expect(placeTip({ left: 0, top: 300, width: 20, height: 20 }, TIP, WINDOW).left).toBe(8)
  expect(placeTip({ left: 980, top: 300, width: 20, height: 20 }, TIP, WINDOW).left).toBe(792)
})
