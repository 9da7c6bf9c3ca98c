import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMs,
  formatRate,
} from '../../../../renderer/src/model/format.ts'

/** Figure and unit are held together by a no-break space; tests read better without. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ')
}

describe('figures carry their units', () => {
  it.each([
    [0.42, '0.4 ms'],
    [14.2, '14 ms'],
    [2727, '2,727 ms'],
    [9999, '9,999 ms'],
    [12_300, '12 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(plain(formatMs(ms, 'en'))).toBe(text)
  })

  it.each([
    [null, '–'],
    [0, '0 B'],
    [999, '999 B'],
    [1840, '1.8 kB'],
    [28_100_000, '28.1 MB'],
    [280_400_000, '280 MB'],
  ])('%s bytes are %s', (bytes, text) => {
    expect(plain(formatBytes(bytes, 'en'))).toBe(text)
  })

  it('counts in octets, with a comma, in French', () => {
    expect(plain(formatBytes(1840, 'fr'))).toBe('1,8 ko')
    expect(plain(formatMs(1.4, 'fr'))).toBe('1,4 ms')
  })

  it.each([
    [3_900, '3 s'],
    [125_000, '2 min 5 s'],
    [3_840_000, '1 h 4 min'],
    [-5, '0 s'],
  ])('%d ms have run for %s', (ms, text) => {
    expect(plain(formatDuration(ms))).toBe(text)
  })

  it('keeps large counts short', () => {
    expect(formatCount(9_999, 'en')).toBe('9,999')
    expect(formatCount(12_345, 'en')).toBe('12K')
    expect(formatRate(0, 'en')).toBe('0/s')
    expect(formatRate(4.26, 'en')).toBe('4.3/s')
  })
})
