import { expect, it } from 'vitest'
import { formatSince, formatSpan } from '../../../../../renderer/src/panels/packets/packet-time.ts'

it('tells times since the start to the microsecond', () => {
  expect(formatSince(1_678_163_400, 'en')).toBe('1.678163')
  expect(formatSince(12_000_000_000_000, 'fr')).toBe('12000,000000')
})

it('tells intervals in the unit that reads best', () => {
  const spaceless = (ns: number): string => formatSpan(ns, 'en').replace('\u00a0', ' ')
  expect([12_300, 3_456_000, 45_600_000, 1_250_000_000].map(spaceless)).toEqual([
    '12 µs',
    '3.46 ms',
    '45.6 ms',
    '1.25 s',
  ])
})
