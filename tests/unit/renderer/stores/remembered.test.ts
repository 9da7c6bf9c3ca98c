import { beforeEach, describe, expect, it } from 'vitest'
import { isNumber, oneOf, remembered } from '../../../../renderer/src/stores/remembered.ts'

beforeEach(() => localStorage.clear())

describe('what is remembered', () => {
  it('is there again for the next one who asks', () => {
    remembered('size', 100, isNumber).value = 320
    expect(remembered('size', 100, isNumber).value).toBe(320)
  })

  it.each(['"wide"', 'null', '{', '1e999'])('falls back to the default when the storage holds %s', (text) => {
    localStorage.setItem('hoplab.size', text)
    expect(remembered('size', 100, isNumber).value).toBe(100)
  })

  it('takes only words of its list', () => {
    localStorage.setItem('hoplab.theme', '"neon"')
    expect(remembered('theme', 'light', oneOf(['light', 'dark'])).value).toBe('light')
  })
})
