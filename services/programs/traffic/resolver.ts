import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { decodeResponse, encodeQuery, type AddressAnswer } from '../../protocols/dns/index.ts'
import type { Address } from '../kit/address.ts'
import { isLoopback } from './target.ts'

/** What is offered by EDNS(0): it fits every usual path unfragmented (RFC 9715). */
const UDP_SIZE = 1232
/** A lost datagram is asked again, as stub resolvers do. */
const TRIES = 2
const ANSWER_MS = 1000

type Waiter = (address: string | null) => void

interface Known {
  readonly address: string
  readonly untilMs: number
}

/**
 * A stub resolver with a cache that honours the time to live: what a browser's machine does. Requests that need the
 * same name at the same time share one query; a failure is told to all that waited and not remembered.
 */
export class Resolver {
  private readonly server: Address | null
  private readonly source: string | null
  private readonly known = new Map<string, Known>()
  private readonly waiting = new Map<string, Set<Waiter>>()
  private readonly closers = new Set<() => void>()
  /** How many queries were sent. */
  queries = 0

  constructor(server: Address | null, source: string | null) {
    this.server = server
    this.source = source
  }

  /** The address when it is known, or null: then ask for it. */
  cached(name: string): string | null {
    const known = this.known.get(name)
    return known !== undefined && performance.now() < known.untilMs ? known.address : null
  }

  /** Calls back with the address, or with null when there is none to be had. Returns the way to stop waiting. */
  resolve(name: string, waiter: Waiter): () => void {
    let waiters = this.waiting.get(name)
    if (waiters === undefined) {
      waiters = new Set([waiter])
      this.waiting.set(name, waiters)
      this.ask(name)
    } else waiters.add(waiter)
    return () => waiters.delete(waiter)
  }

  close(): void {
    for (const close of this.closers) close()
  }

  private ask(name: string): void {
    const { server } = this
    const query = server === null ? null : makeQuery(name)
    // Not before whoever asked has its way to stop waiting.
    if (server === null || query === null) setImmediate(() => this.tell(name, null))
    else this.send(name, query, server, 1)
  }

  private send(name: string, query: Buffer, server: Address, attempt: number): void {
    this.queries += 1
    const socket = createSocket('udp4')
    let ended = false
    const end = (next: () => void): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      this.closers.delete(close)
      socket.close()
      next()
    }
    const close = (): void => end(() => undefined)
    this.closers.add(close)
    const timer = setTimeout(
      () => end(() => (attempt < TRIES ? this.send(name, query, server, attempt + 1) : this.tell(name, null))),
      ANSWER_MS,
    )
    socket.on('error', () => end(() => this.tell(name, null)))
    socket.on('message', (bytes) => {
      const answer = matching(bytes, query)
      if (answer !== null) end(() => this.learn(name, answer))
    })
    socket.bind({ port: 0, ...(this.source === null ? {} : { address: this.source }) }, () => {
      if (ended) return
      socket.connect(server.port, server.host, () => {
        if (!ended) socket.send(query)
      })
    })
  }

  private learn(name: string, answer: AddressAnswer): void {
    const [first] = answer.rcode === 'NOERROR' ? answer.addresses : []
    // Nothing of the lab leaves this machine, whatever a zone file says.
    if (first === undefined || !isLoopback(first.address)) return this.tell(name, null)
    const ttlSeconds = Math.min(first.ttl, ...answer.aliases.map((alias) => alias.ttl))
    this.known.set(name, { address: first.address, untilMs: performance.now() + ttlSeconds * 1000 })
    this.tell(name, first.address)
  }

  private tell(name: string, address: string | null): void {
    const waiters = this.waiting.get(name)
    this.waiting.delete(name)
    for (const waiter of waiters ?? []) waiter(address)
  }
}

/** Null when the name is none. */
function makeQuery(name: string): Buffer | null {
  try {
    return encodeQuery({ id: randomInt(65_536), name, recursionDesired: true, udpSize: UDP_SIZE })
  } catch {
    return null
  }
}

/** The answer, when these bytes are one to this query; anything else is not for us. */
function matching(bytes: Buffer, query: Buffer): AddressAnswer | null {
  try {
    return decodeResponse(bytes, query)
  } catch {
    return null
  }
}
