import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { DnsFormatError, encodeQuery, labOption, matchResponse } from '../../protocols/dns/index.ts'
import type { LabNote, Message, Question } from '../../protocols/dns/index.ts'
import type { Address } from '../kit/address.ts'
import { TcpFrames } from '../kit/dns/tcp-frames.ts'

/** What is offered by EDNS(0): it fits every usual path unfragmented (RFC 9715). */
const UDP_SIZE = 1232
/** A datagram may be lost: each server is asked so often. */
const TRIES = 2
const ANSWER_MS = 1200

export interface UpstreamOptions {
  /** Asked in this order; the next when one does not answer, or not usefully. */
  readonly servers: readonly Address[]
  /** Own address for questions; null: what the system chooses. */
  readonly source: string | null
}

/** Asks authoritative servers, each question from a port and with an id of its own, both random (RFC 5452 section 9.2). */
export class Upstream {
  private readonly options: UpstreamOptions
  private readonly closers = new Set<() => void>()
  /** Questions that were sent, repetitions included. */
  queries = 0

  constructor(options: UpstreamOptions) {
    this.options = options
  }

  /** The answer of the first server that gives a useful one; else the last answer; null: nobody answered. */
  async ask(question: Question, { traceId, waitMs }: LabNote): Promise<Message | null> {
    const [tries, answerMs] = waitMs === undefined ? [TRIES, ANSWER_MS] : [1, waitMs]
    const options = traceId === undefined ? {} : { options: [labOption({ traceId })] }
    let last: Message | null = null
    for (let attempt = 0; attempt < tries; attempt += 1) {
      for (const server of this.options.servers) {
        const { name, type } = question
        const query = encodeQuery({ id: randomInt(65_536), name, type, udpSize: UDP_SIZE, ...options })
        const message = await this.askServer(query, server, answerMs)
        if (message !== null && USEFUL_RCODES.has(message.rcode)) return message
        last = message ?? last
      }
      // Who answers that it can't is not asked again at once.
      if (last !== null) return last
    }
    return last
  }

  /** Gives up what is under way. */
  close(): void {
    for (const close of this.closers) close()
  }

  private async askServer(query: Buffer, server: Address, answerMs: number): Promise<Message | null> {
    this.queries += 1
    const message = await this.askUdp(query, server, answerMs)
    if (message?.truncated !== true) return message
    this.queries += 1
    return this.askTcp(query, server, answerMs)
  }

  private askUdp(query: Buffer, server: Address, answerMs: number): Promise<Message | null> {
    return new Promise((resolve) => {
      const socket = createSocket('udp4')
      const end = this.ending(answerMs, () => socket.close(), resolve)
      socket.on('error', () => end(null))
      socket.on('message', (bytes) => {
        const message = matching(bytes, query)
        if (message !== null) end(message)
      })
      socket.bind({ port: 0, ...(this.options.source === null ? {} : { address: this.options.source }) }, () => {
        if (!end.ended) socket.connect(server.port, server.host, () => end.ended || socket.send(query))
      })
    })
  }

  private askTcp(query: Buffer, server: Address, answerMs: number): Promise<Message | null> {
    const { source } = this.options
    return new Promise((resolve) => {
      const socket = connect({
        host: server.host,
        port: server.port,
        noDelay: true,
        ...(source === null ? {} : { localAddress: source }),
      })
      const frames = new TcpFrames()
      const end = this.ending(answerMs, () => socket.destroy(), resolve)
      socket.on('error', () => end(null))
      socket.on('close', () => end(null))
      socket.on('connect', () => {
        const length = Buffer.alloc(2)
        length.writeUInt16BE(query.length)
        socket.write(Buffer.concat([length, query]))
      })
      socket.on('data', (chunk: Buffer) => {
        const [bytes] = frames.push(chunk)
        if (bytes !== undefined) end(matching(bytes, query))
      })
    })
  }

  /** Ends a question exactly once: by its answer, its failure, its time or because everything ends. */
  private ending(limitMs: number, release: () => void, tell: (message: Message | null) => void): Ending {
    const end = (message: Message | null): void => {
      if (ending.ended) return
      ending.ended = true
      clearTimeout(timer)
      this.closers.delete(close)
      release()
      tell(message)
    }
    const ending: Ending = Object.assign(end, { ended: false })
    const close = (): void => end(null)
    const timer = setTimeout(close, limitMs)
    this.closers.add(close)
    return ending
  }
}

interface Ending {
  (message: Message | null): void
  ended: boolean
}

/** NOERROR and NXDOMAIN say something about the name; all others about the server. */
const USEFUL_RCODES: ReadonlySet<number> = new Set([0, 3])

/** The answer, when these bytes are one to this query; anything else is not for us. */
function matching(bytes: Buffer, query: Buffer): Message | null {
  try {
    return matchResponse(bytes, query).message
  } catch (error) {
    if (error instanceof DnsFormatError) return null
    throw error
  }
}
