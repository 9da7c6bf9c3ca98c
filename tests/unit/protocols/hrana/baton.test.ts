import { describe, expect, it } from 'vitest'
import { formatBaton, parseBaton } from '../../../../services/protocols/hrana/baton.ts'

const sign = (text: string): string => Buffer.from(`signed ${text}`).toString('base64url')
const isEqual = (a: string, b: string): boolean => a === b

describe('batons', () => {
  it('come back as they were given out', () => {
    const baton = { stream: 'aB-_9', sequence: 41 }
    expect(parseBaton(formatBaton(baton, sign), sign, isEqual)).toEqual(baton)
  })

  it('are worth nothing with another number, stream or signature', () => {
    const text = formatBaton({ stream: 'abc', sequence: 1 }, sign)
    const signature = text.split('.')[2] ?? ''
    for (const forged of [`abc.2.${signature}`, `abd.1.${signature}`, 'abc.1.AAAA', `abc.01.${signature}`])
      expect(parseBaton(forged, sign, isEqual)).toBeNull()
  })

  it.each(['', 'abc', 'abc.1', 'abc.1.', 'abc.-1.x', 'abc.1.x.y', 'a b.1.x', `${'a'.repeat(65)}.1.x`])(
    'are not %j',
    (text) => {
      expect(parseBaton(text, () => 'x', isEqual)).toBeNull()
    },
  )
})
