import { describe, expect, it } from 'vitest'
import { TcpFrames } from '../../../../../services/programs/kit/dns/tcp-frames.ts'

const frame = (text: string): Buffer =>
  Buffer.concat([Buffer.of(text.length >> 8, text.length & 0xff), Buffer.from(text)])

describe('TcpFrames', () => {
  const texts = ['one', '', 'x'.repeat(700), 'last']
  const stream = Buffer.concat(texts.map((text) => frame(text)))

  it.each([1, 2, 3, 5, 300, 10_000])('puts messages together from pieces of %i bytes', (size) => {
    const frames = new TcpFrames()
    const messages: string[] = []
    for (let offset = 0; offset < stream.length; offset += size)
      messages.push(...frames.push(stream.subarray(offset, offset + size)).map((message) => message.toString()))
    expect(messages).toEqual(texts)
    expect(frames.isEmpty).toBe(true)
  })

  it('knows that a message is still on its way', () => {
    const frames = new TcpFrames()
    expect(frames.isEmpty).toBe(true)
    for (const part of [Buffer.of(0), Buffer.of(3), Buffer.from('on')]) {
      expect(frames.push(part)).toEqual([])
      expect(frames.isEmpty).toBe(false)
    }
    expect(frames.push(Buffer.from('e')).map(String)).toEqual(['one'])
    expect(frames.isEmpty).toBe(true)
  })
})
