import { createServer, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { JsonLines } from '../../../../services/engine/channel/json-lines.ts'

const LIMITS = { maxLineChars: 1000, maxUnsentBytes: 100_000 }

describe('JsonLines', () => {
  let near: Socket
  let far: Socket
  const server = createServer()

  beforeEach(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
    near = connect(port, '127.0.0.1')
    far = await accepted
  })
  afterEach(async () => {
    near.destroy()
    far.destroy()
    await new Promise((resolve) => server.close(resolve))
  })

  /** The first messages that arrive, once there are so many. */
  function messages(channel: JsonLines, wanted: number): Promise<unknown[]> {
    return new Promise((resolve) => {
      const got: unknown[] = []
      channel.on((message) => {
        got.push(message)
        if (got.length === wanted) resolve(got)
      })
    })
  }

  it('puts messages together however the bytes are cut', async () => {
    const channel = new JsonLines(near, LIMITS)
    const bytes = Buffer.from('{"text":"é"}\n[1,2]\n"last"\n')
    const got = messages(channel, 3)
    far.setNoDelay(true)
    for (const byte of bytes) await new Promise((resolve) => far.write(Buffer.from([byte]), resolve))
    expect(await got).toEqual([{ text: 'é' }, [1, 2], 'last'])
  })

  it('keeps what comes before there is a listener', async () => {
    const left = new JsonLines(near, LIMITS)
    const right = new JsonLines(far, LIMITS)
    right.post('early')
    const first = await messages(left, 1)
    expect(first).toEqual(['early'])
  })

  it.each([
    ['no JSON', 'hello\n'],
    ['a line that is too long', `"${'x'.repeat(1001)}"\n`],
    ['a line that never ends', 'x'.repeat(1001)],
  ])('ends the connection on %s', async (_what, text) => {
    const channel = new JsonLines(near, LIMITS)
    const got: unknown[] = []
    channel.on((message) => got.push(message))
    far.write(text)
    await new Promise<void>((resolve) => channel.onClose(resolve))
    expect(got).toEqual([])
  })

  it('ends the connection of a reader who does not read', async () => {
    const channel = new JsonLines(near, LIMITS)
    const closed = new Promise<void>((resolve) => channel.onClose(resolve))
    far.pause()
    while (!near.destroyed) {
      channel.post('x'.repeat(50_000))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await closed
    expect(() => channel.post('after the end')).not.toThrow()
  })
})
