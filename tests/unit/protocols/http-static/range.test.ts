import { describe, expect, it } from 'vitest'
import { chooseRange } from '../../../../services/protocols/http-static/range.ts'

const part = (first: number, last: number): unknown => ({ kind: 'part', first, last })

describe('chooseRange of a file of 1000 bytes', () => {
  it.each([
    ['bytes=0-0', part(0, 0)],
    ['bytes=0-499', part(0, 499)],
    ['bytes=500-', part(500, 999)],
    ['bytes=-1', part(999, 999)],
    ['bytes=-500', part(500, 999)],
    ['bytes=-5000', part(0, 999)],
    ['bytes=999-5000', part(999, 999)],
    ['bytes=0-99999999999999999999', part(0, 999)],
    ['BYTES=0-9', part(0, 9)],
    [' bytes= 0-9 ,', part(0, 9)],
  ])('%s', (field, answer) => expect(chooseRange(field, 1000)).toEqual(answer))

  it.each(['bytes=1000-', 'bytes=1000-2000', 'bytes=-0', 'bytes=99999999999999999999-'])('%s does not exist', (field) =>
    expect(chooseRange(field, 1000)).toEqual({ kind: 'unsatisfiable' }),
  )

  it.each<[field: string | undefined, why: string]>([
    [undefined, 'no field'],
    ['', 'empty'],
    ['bytes', 'no ranges'],
    ['bytes=', 'an empty list'],
    ['bytes=-', 'no numbers'],
    ['bytes=9-0', 'ends before it begins'],
    ['bytes=a-b', 'no digits'],
    ['bytes=1.5-2', 'no whole number'],
    ['bytes=+1-2', 'a sign'],
    ['bytes=0x1-2', 'hexadecimal'],
    ['items=0-9', 'another unit'],
    ['bytes=0-9,20-29', 'several ranges'],
  ])('%s sends the whole file: %s', (field) => expect(chooseRange(field, 1000)).toEqual({ kind: 'whole' }))

  it('finds nothing in an empty file', () => {
    expect(chooseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' })
    expect(chooseRange('bytes=-1', 0)).toEqual({ kind: 'unsatisfiable' })
  })

  it('never answers with bytes outside the file', () => {
    for (let size = 0; size < 6; size += 1)
      for (let first = 0; first < 8; first += 1)
        for (let last = 0; last < 8; last += 1)
          for (const field of [`bytes=${first}-${last}`, `bytes=${first}-`, `bytes=-${last}`]) {
            const answer = chooseRange(field, size)
            if (answer.kind !== 'part') continue
            expect(answer.first).toBeLessThanOrEqual(answer.last)
            expect(answer.last).toBeLessThan(size)
          }
  })
})
