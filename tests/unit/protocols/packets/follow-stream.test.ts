import { describe, expect, it } from 'vitest'
import { followStream } from '../../../../services/protocols/packets/follow-stream.ts'
import { get, ok, Recording } from './lab-records.ts'

describe('a followed stream', () => {
  it('is both directions in order, without other connections', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    const other = recording.open({ from: 'client', to: 'lb-1' })
    connection.handshake()
    connection.send(get('/a'))
    other.send(get('/other'))
    connection.answer(ok('one').slice(0, 5))
    connection.answer(ok('one').slice(5))
    connection.send(get('/b'))
    const { chunks, bytes, truncated } = followStream(recording.records, connection.number)
    expect(chunks.map(({ from, text, no }) => [from, text, no])).toEqual([
      ['client', get('/a'), 2],
      ['server', ok('one'), 4],
      ['client', get('/b'), 6],
    ])
    expect(bytes).toEqual({ client: get('/a').length + get('/b').length, server: ok('one').length })
    expect(truncated).toBe(false)
  })

  it('puts characters together that were split between packets', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    const bytes = Buffer.from('été €')
    for (const byte of bytes) connection.send(Buffer.from([byte]))
    expect(followStream(recording.records, 1).chunks.map(({ text }) => text)).toEqual(['été €'])
  })

  it('says how many bytes are missing', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send('0123456789', 4)
    connection.send('abc')
    const chunks = followStream(recording.records, 1).chunks.map(({ text, missing }) => [text, missing])
    expect(chunks).toEqual([
      ['0123', 0],
      ['abc', 6],
    ])
  })

  it('stops at its limit and says so', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.send('0123456789')
    connection.answer('abc')
    expect(followStream(recording.records, 1, 4)).toMatchObject({ chunks: [{ text: '0123' }], truncated: true })
    expect(followStream(recording.records, 1, 13)).toMatchObject({ truncated: false })
    expect(followStream(recording.records, 1, 10)).toMatchObject({ chunks: [{ length: 10 }], truncated: true })
  })
})
