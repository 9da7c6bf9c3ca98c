import { describe, expect, it } from 'vitest'
import {
  forwardRequestHead,
  forwardResponseHead,
  forwardSwitchingHead,
  forwardUnchunkedHead,
} from '../../../../services/protocols/http1/forward.ts'
import { parseRequestHead, parseResponseHead } from '../../../../services/protocols/http1/head.ts'

const forward = (text: string, upgrade: string | null = null, extra = ''): string => {
  const head = parseRequestHead(text)
  return forwardRequestHead(head, { target: head.target, upgrade, extra })
}

describe('forwardRequestHead', () => {
  it('removes what Connection names and what was always for one hop', () => {
    expect(
      forward(
        'GET / HTTP/1.0\r\nHost: a\r\nConnection: close, X-One\r\nX-ONE: 1\r\nKeep: me\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Connection: x\r\nUpgrade: y\r\n',
      ),
    ).toBe('GET / HTTP/1.1\r\nHost: a\r\nKeep: me\r\n\r\n')
  })

  it('keeps spelling and order of everything else, and adds lines at the end', () => {
    expect(forward('GET / HTTP/1.1\r\nhOsT: a\r\nB: 1\r\nA: 2\r\nB: 3\r\n', null, 'X: y\r\n')).toBe(
      'GET / HTTP/1.1\r\nhOsT: a\r\nB: 1\r\nA: 2\r\nB: 3\r\nX: y\r\n\r\n',
    )
  })

  it('offers an upgrade anew', () => {
    expect(forward('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ws\r\n', 'ws')).toBe(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: ws\r\n\r\n',
    )
  })

  it.each(['content-length', 'Transfer-Encoding', 'host'])('refuses Connection: %s', (name) => {
    expect(() => forward(`GET / HTTP/1.1\r\nHost: a\r\nConnection: ${name}\r\n`)).toThrow(/Connection/)
  })
})

describe('forwarded response heads', () => {
  const CHUNKED = 'HTTP/1.0 200 Fine\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nConnection: keep-alive\r\nA: b\r\n'

  it('speaks the proxy’s own version', () => {
    expect(forwardResponseHead(parseResponseHead(CHUNKED), 'Via: 1.1 lb-1\r\n')).toBe(
      'HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\nA: b\r\nVia: 1.1 lb-1\r\n\r\n',
    )
  })

  it('drops a length where no body may be', () => {
    expect(forwardResponseHead(parseResponseHead('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n'), '')).toBe(
      'HTTP/1.1 204 No Content\r\n\r\n',
    )
    expect(forwardResponseHead(parseResponseHead('HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n'), '')).toContain(
      'Content-Length: 5',
    )
  })

  it('announces no chunks to those who do not know them', () => {
    expect(forwardUnchunkedHead(parseResponseHead(CHUNKED), 'Connection: close\r\n')).toBe(
      'HTTP/1.1 200 Fine\r\nA: b\r\nConnection: close\r\n\r\n',
    )
  })

  it('passes the protocol that was switched to on', () => {
    expect(
      forwardSwitchingHead(
        parseResponseHead('HTTP/1.1 101 Go\r\nUpgrade: ws\r\nConnection: Upgrade\r\nKey: k\r\n'),
        '',
      ),
    ).toBe('HTTP/1.1 101 Go\r\nUpgrade: ws\r\nKey: k\r\nConnection: upgrade\r\n\r\n')
  })
})
