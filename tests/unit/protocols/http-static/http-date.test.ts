import { describe, expect, it } from 'vitest'
import { formatHttpDate, parseHttpDate } from '../../../../services/protocols/http-static/http-date.ts'

const EXAMPLE_MS = Date.UTC(1994, 10, 6, 8, 49, 37)

describe('formatHttpDate', () => {
  it('writes an IMF-fixdate and cuts off milliseconds', () =>
    expect(formatHttpDate(EXAMPLE_MS + 999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT'))
})

describe('parseHttpDate', () => {
  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'reads %s',
    (text) => expect(parseHttpDate(text, Date.UTC(2026, 0, 1))).toBe(EXAMPLE_MS),
  )

  it('takes a two-digit year that is far in the future for one of the past century', () => {
    const now = Date.UTC(2026, 0, 1)
    expect(parseHttpDate('Sunday, 06-Nov-76 08:49:37 GMT', now)).toBe(Date.UTC(2076, 10, 6, 8, 49, 37))
    expect(parseHttpDate('Sunday, 06-Nov-77 08:49:37 GMT', now)).toBe(Date.UTC(1977, 10, 6, 8, 49, 37))
  })

  it('allows a leap second', () => expect(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT')).toBe(Date.UTC(2017, 0, 1)))

  it.each([
    '',
    'yesterday',
    '1994-11-06T08:49:37Z',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Mon, 31 Feb 2026 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
  ])('refuses "%s"', (text) => expect(parseHttpDate(text)).toBeNull())

  it('reads back what it wrote', () => {
    for (let day = 0; day < 800; day += 1) {
      const ms = Date.UTC(2023, 11, 25 + day, day % 24, day % 60, (day * 7) % 60)
      expect(parseHttpDate(formatHttpDate(ms))).toBe(ms)
    }
  })
})
