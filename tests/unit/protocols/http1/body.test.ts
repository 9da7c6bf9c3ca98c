import { describe, expect, it } from 'vitest'
import { createBodyScanner } from '../../../../services/protocols/http1/body.ts'
import type { BodyFraming } from '../../../../services/protocols/http1/framing.ts'

/** Feeds the text in pieces of so many bytes; gives the data, and where in the text the body ended (-1: nowhere). */
function scan(framing: BodyFraming, text: string, pieceLength: number): { data: string; end: number } {
  const scanner = createBodyScanner(framing)
  const bytes = Buffer.from(text, 'latin1')
  let data = ''
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const stop = Math.min(bytes.length, at + pieceLength)
    const end = scanner.scan(bytes, at, stop, (piece, from, to) => (data += piece.toString('latin1', from, to)))
    if (scanner.done) return { data, end }
    expect(end).toBe(stop)
  }
  return { data, end: -1 }
}

describe('createBodyScanner', () => {
  it('counts a body with a length', () => {
    for (const piece of [1, 2, 3, 100])
      expect(scan({ kind: 'length', length: 5 }, 'helloGET /', piece)).toEqual({ data: 'hello', end: 5 })
    expect(scan({ kind: 'length', length: 5 }, 'hell', 100)).toEqual({ data: 'hell', end: -1 })
  })

  it('is done at once without a body', () => {
    const scanner = createBodyScanner({ kind: 'none' })
    expect(scanner.done).toBe(true)
    expect(scanner.scan(Buffer.from('GET'), 0, 3)).toBe(0)
  })

  it('never ends a body that ends with its connection', () => {
    expect(scan({ kind: 'close' }, 'anything', 3)).toEqual({ data: 'anything', end: -1 })
  })

  const CHUNKED = '5\r\nhello\r\n10;name="a b"\r\n0123456789abcdef\r\n0\r\n'
  it.each([
    ['without trailers', `${CHUNKED}\r\n`],
    ['with trailers', `${CHUNKED}X-Sum: 1\r\nX-Other: 2\r\n\r\n`],
  ])('finds the end of chunks %s, however they are cut', (_what, body) => {
    for (let piece = 1; piece <= body.length + 5; piece += 1)
      expect(scan({ kind: 'chunked' }, `${body}GET / HTTP/1.1\r\n\r\n`, piece)).toEqual({
        data: 'hello0123456789abcdef',
        end: body.length,
      })
  })

  it.each([
    '\r\n',
    'g\r\n',
    ' 5\r\n',
    '5 \r\n',
    '5\n',
    '5\r\r\n',
    '-1\r\n',
    '1234567890123\r\n',
    '1\r\nab',
    '1\r\na\n',
    '0\r\n\n',
    '0\r\nA:b\n\r\n',
    '0\r\n A: b\r\n\r\n',
    '0\r\nTransfer-Encoding: chunked\r\n\r\n',
    '0\r\nHost: a\r\n\r\n',
    '1;a\0\r\n',
    `1;${'a'.repeat(300)}`,
    `0\r\nX: ${'a'.repeat(9000)}`,
  ])('refuses %j, however it is cut', (body) => {
    for (const piece of [1, 2, 7, 10_000]) expect(() => scan({ kind: 'chunked' }, body, piece)).toThrow()
  })
})
