import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { listenError, type Address } from '../address.ts'
import type { Log } from '../log.ts'
import type { QueryAnswerer } from './answerer.ts'

/** Room for bursts in the kernel; the default holds few hundred queries. The system may grant less. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024

export interface Listener {
  /** Answers what has arrived, then takes no more. */
  stop(): Promise<void>
}

/** Answers queries by UDP. Throws `ProgramError` when it cannot listen. */
export async function listenUdp(address: Address, answerer: QueryAnswerer, log: Log): Promise<Listener> {
  const family = isIPv6(address.host) ? 6 : 4
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // A peer's address is one already: without this each answer waits a turn of the event loop for a look-up.
    lookup: (host, _options, done) => done(null, host, family),
  })
  await bind(socket, address)
  growBuffer(socket)
  let open = true
  socket.on('message', (bytes, { address: host, port }) => {
    // Nothing can be sent to port 0; only a forged packet comes from there.
    if (port === 0) return
    answerer.answer({ bytes, peer: `${host}:${port}`, transport: 'udp' }, (reply) => {
      // Without offset and length: with them Node makes a slice of the buffer for each answer.
      if (open) socket.send(reply, port, host)
    })
  })
  socket.on('error', (error) => log.event({ what: 'udp', outcome: String(error), level: 'error' }))
  const stop = async (): Promise<void> => {
    // One more turn of the event loop reads what the kernel holds already.
    await setImmediate()
    await setImmediate()
    open = false
    const closed = once(socket, 'close')
    socket.close()
    await closed
  }
  return { stop }
}

async function bind(socket: Socket, address: Address): Promise<void> {
  const bound = once(socket, 'listening')
  socket.bind({ address: address.host, port: address.port, exclusive: true })
  try {
    await bound
  } catch (error) {
    throw listenError(error, address)
  }
}

function growBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
  } catch {
    // The system's own size will do.
  }
}
