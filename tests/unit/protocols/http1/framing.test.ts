import { describe, expect, it } from 'vitest'
import { requestFraming, responseFraming } from '../../../../services/protocols/http1/framing.ts'
import { parseRequestHead, parseResponseHead } from '../../../../services/protocols/http1/head.ts'

const request = (fields: string, version = '1.1'): unknown =>
  requestFraming(parseRequestHead(`POST / HTTP/${version}\r\nHost: a\r\n${fields}`))
const response = (status: string, fields: string, method = 'GET', version = '1.1'): unknown =>
  responseFraming(parseResponseHead(`HTTP/${version} ${status}\r\n${fields}`), method)

/** RFC 9112 section 6.3, rule by rule. */
describe('requestFraming', () => {
  it('takes one length, chunks, or nothing', () => {
    expect(request('')).toEqual({ kind: 'none' })
    expect(request('Content-Length: 0\r\n')).toEqual({ kind: 'none' })
    expect(request('Content-Length: 0005\r\n')).toEqual({ kind: 'length', length: 5 })
    expect(request('Transfer-Encoding: CHUNKED\r\n')).toEqual({ kind: 'chunked' })
  })

  it.each([
    ['Content-Length: 5\r\nContent-Length: 5\r\n', 400],
    ['Content-Length: 5,5\r\n', 400],
    ['Content-Length: 5 5\r\n', 400],
    ['Content-Length: 5.0\r\n', 400],
    ['Content-Length: 1e3\r\n', 400],
    ['Content-Length: 9999999999999999\r\n', 400],
    ['Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', 400],
    ['Transfer-Encoding: \r\n', 400],
    ['Transfer-Encoding: chunked;q=1\r\n', 400],
    ['Transfer-Encoding: chunked, identity\r\n', 400],
    ['Transfer-Encoding: chunked, chunked\r\n', 400],
    ['Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n', 501],
  ])('refuses %j with %s', (fields, status) => {
    expect(() => request(fields)).toThrow(expect.objectContaining({ status }))
  })

  it('refuses chunks in HTTP/1.0', () => {
    expect(() => request('Transfer-Encoding: chunked\r\n', '1.0')).toThrow(/HTTP\/1\.0/)
  })
})

describe('responseFraming', () => {
  it('ends with the connection when nothing says otherwise', () => {
    expect(response('200 OK', '')).toEqual({ kind: 'close' })
  })

  it.each([
    ['200 OK', 'HEAD'],
    ['204 No Content', 'GET'],
    ['304 Not Modified', 'GET'],
    ['100 Continue', 'POST'],
  ])('%s to %s has no body, whatever the fields say', (status, method) => {
    expect(response(status, 'Content-Length: 9\r\n', method)).toEqual({ kind: 'none' })
    expect(response(status, 'Transfer-Encoding: chunked\r\n', method)).toEqual({ kind: 'none' })
  })

  it('refuses contradictions even where no body follows', () => {
    expect(() => response('304 Not Modified', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n')).toThrow(/both/)
  })
})
