import { describe, expect, it } from 'vitest'
import { HttpDialogue } from '../../../../services/protocols/nic/http-dialogue.ts'
import type { Direction } from '../../../../services/protocols/nic/records.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const TRACED = `traceparent: 00-${TRACE}-00f067aa0ba902b7-01\r\n`

/** The messages that begin in these bytes, as `offset title trace`, and how it ends. */
function scanAll(dialogue: HttpDialogue, direction: Direction, text: string): string[] {
  const bytes = Buffer.from(text, 'latin1')
  const found: string[] = []
  for (let from = 0; ;) {
    const step = dialogue.scan(direction, bytes, from)
    if (step.kind === 'rest') return found
    if (step.kind === 'partial') return [...found, `${step.at} partial`]
    found.push(`${step.at} ${step.message.title} ${step.message.traceId?.slice(0, 4) ?? '-'}`)
    from = step.headEnd
  }
}

describe('an HTTP dialogue', () => {
  it('finds requests behind bodies of known length, and gives their trace to the responses', () => {
    const dialogue = new HttpDialogue(true)
    const first = `POST /a HTTP/1.1\r\nHost: lab\r\n${TRACED}Content-Length: 5\r\n\r\nGET /`
    expect(scanAll(dialogue, 'in', `${first}GET /b HTTP/1.1\r\nHost: lab\r\n\r\n`)).toEqual([
      '0 POST /a HTTP/1.1 4bf9',
      `${first.length} GET /b HTTP/1.1 -`,
    ])
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    expect(scanAll(dialogue, 'out', answer)).toEqual(['0 HTTP/1.1 200 OK 4bf9'])
    expect(scanAll(dialogue, 'out', answer)).toEqual(['0 HTTP/1.1 200 OK -'])
  })

  it('follows chunked bodies over any cut', () => {
    const stream = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0\r\n\r\nHTTP/1.1 20\r\n0\r\n\r\nHTTP/1.1 204 Done\r\n\r\n`
    const second = stream.indexOf('HTTP/1.1 204')
    for (let cut = 50; cut < second; cut += 1) {
      const dialogue = new HttpDialogue(true)
      const get = 'GET / HTTP/1.1\r\nHost: lab\r\n\r\n'
      scanAll(dialogue, 'in', get + get)
      expect(scanAll(dialogue, 'out', stream.slice(0, cut))).toEqual(['0 HTTP/1.1 200 OK -'])
      expect(scanAll(dialogue, 'out', stream.slice(cut))).toEqual([`${second - cut} HTTP/1.1 204 Done -`])
    }
  })

  it('waits for heads that come in pieces', () => {
    const head = `GET /pieces HTTP/1.1\r\nHost: lab\r\n${TRACED}\r\n`
    for (let cut = 1; cut < head.length; cut += 1) {
      const dialogue = new HttpDialogue(true)
      expect(scanAll(dialogue, 'in', head.slice(0, cut))).toEqual(['0 partial'])
      expect(scanAll(dialogue, 'in', head)).toEqual(['0 GET /pieces HTTP/1.1 4bf9'])
    }
  })

  it('knows responses without a body, interim ones and those that end with the connection', () => {
    const dialogue = new HttpDialogue(true)
    scanAll(dialogue, 'in', `HEAD / HTTP/1.1\r\nHost: lab\r\n\r\nGET / HTTP/1.1\r\nHost: lab\r\n${TRACED}\r\n`)
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'
    const interim = 'HTTP/1.1 103 Early Hints\r\n\r\n'
    const last = 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'
    expect(scanAll(dialogue, 'out', head + interim + last)).toEqual([
      '0 HTTP/1.1 200 OK -',
      `${head.length} HTTP/1.1 103 Early Hints 4bf9`,
      `${head.length + interim.length} HTTP/1.1 200 OK 4bf9`,
    ])
  })

  it('lets another protocol pass at once', () => {
    for (const text of [
      'show stat',
      'hello\n',
      '\u0016\u0003\u0001',
      'get / HTTP/1.1\r\n',
      'GET / HTTP/2.0\r\n',
      'GET /\r\n',
    ])
      expect(scanAll(new HttpDialogue(true), 'in', text)).toEqual([])
    const dialogue = new HttpDialogue(true)
    scanAll(dialogue, 'in', 'GET / HTTP/1.1\r\nHost: lab\r\nUpgrade: chat\r\nConnection: upgrade\r\n\r\n')
    scanAll(dialogue, 'out', 'HTTP/1.1 101 Switching Protocols\r\n\r\n')
    expect(scanAll(dialogue, 'in', `GET / HTTP/1.1\r\nHost: lab\r\n${TRACED}\r\n`)).toEqual([])
  })

  it('joins a connection in the middle at the next bytes that begin with a request', () => {
    const dialogue = new HttpDialogue(false)
    expect(scanAll(dialogue, 'in', 'the end of some upload')).toEqual([])
    expect(scanAll(dialogue, 'out', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).toEqual([])
    expect(scanAll(dialogue, 'in', `GET /next HTTP/1.1\r\nHost: lab\r\n${TRACED}\r\n`)).toEqual([
      '0 GET /next HTTP/1.1 4bf9',
    ])
    expect(scanAll(dialogue, 'out', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).toEqual(['0 HTTP/1.1 200 OK 4bf9'])
  })
})
