import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createWriter } from '../../../../services/programs/nic/socket-writer.ts'

const PIECE = Buffer.alloc(64 * 1024, 'x')

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

/** Two ends of a connection; the far one reads nothing yet. */
async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown]
  server.close()
  open.push(near, far)
  return { near, far }
}

/** Hides what the direct way needs, as a Node without it would. */
function withoutHandle(socket: Socket): Socket {
  return new Proxy(socket, {
    get: (target, name) => {
      if (name === '_handle') return undefined
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

describe.each([
  { way: 'below the stream', of: (socket: Socket) => socket },
  { way: 'through the stream', of: withoutHandle },
])('a writer $way', ({ of }) => {
  it('says when the receiver is slow, and when all is written', async () => {
    const { near, far } = await pair()
    let drains = 0
    const drained = new Promise<void>((resolve) => {
      const writer = createWriter(of(near), () => {
        drains += 1
        resolve()
      })
      let pieces = 1
      while (writer.write(PIECE)) pieces += 1
      // Those that come behind one that waits are kept in order.
      writer.write(Buffer.from('the end'))
      expect(drains).toBe(0)
      let received = 0
      far.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received === pieces * PIECE.length + 7) expect(chunk.subarray(-7).toString()).toBe('the end')
      })
      far.once('end', () => expect(received).toBe(pieces * PIECE.length + 7))
      far.resume()
    })
    await drained
    expect(drains).toBe(1)
    near.end()
    await once(far, 'end')
  })

  it('tells the socket that its receiver is gone', async () => {
    const { near, far } = await pair()
    const writer = createWriter(of(near), () => undefined)
    const failed = once(near, 'error')
    while (writer.write(PIECE));
    far.resetAndDestroy()
    await failed
    expect(near.destroyed).toBe(true)
    expect(writer.write(PIECE)).toBe(true)
  })
})
