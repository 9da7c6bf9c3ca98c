import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { LabError, type ResolvedAddress } from '../../contract/index.ts'
import { decodeResponse, encodeQuery, labOption, type AddressAnswer, type LabNote } from '../../protocols/dns/index.ts'

/** A stub resolver as a browser's machine has one: it asks the lab's resolver or DNS server, keeps nothing, and follows no referral. */

export interface DnsServer {
  readonly address: string
  readonly port: number
}

/** What is offered by EDNS(0): it fits every usual path unfragmented (RFC 9715). */
const UDP_SIZE = 1232
/** As common stub resolvers: a lost datagram is asked again. */
const TRIES = 2
const ANSWER_MS = 2000
/** Whoever steps through a request may think for ten minutes, twice. */
export const PATIENT = { tries: 1, answerMs: 25 * 60 * 1000 } as const

export interface LookupOptions {
  /** Waits for an answer as long as a person may think who steps through the request, and asks once. */
  readonly patient?: boolean
  /** Called with the port that the question will come from, before it is asked. */
  readonly beforeAsking?: (port: number) => Promise<void>
  /** Goes with the question to a resolver of the lab, which passes it on: then its own questions are found as well. */
  readonly note?: LabNote
  /** Gives the question up: it fails with the signal's reason. */
  readonly signal?: AbortSignal
}

/**
 * Resolves a name to its first A record by a real query over UDP, by TCP when the answer was cut short.
 * Throws `REQUEST_DNS_FAILED`.
 */
export async function resolveName(
  name: string,
  server: DnsServer,
  localAddress: string,
  options: LookupOptions = {},
): Promise<ResolvedAddress> {
  const fail = (detail: string): LabError =>
    new LabError('REQUEST_DNS_FAILED', { name, detail, server: `${server.address}:${server.port}` })
  const query = makeQuery(name, options.note, fail)
  let answer = await askUdp(query, server, localAddress, fail, options)
  if (answer.truncated) answer = await askTcp(query, server, localAddress, fail)
  if (answer.rcode !== 'NOERROR') throw fail(rcodeSentence(name, answer.rcode))
  const [first] = answer.addresses
  if (!first) throw fail('the name exists, but has no A record')
  const ttlSeconds = Math.min(first.ttl, ...answer.aliases.map((alias) => alias.ttl))
  return { name, address: first.address, ttlSeconds, ageSeconds: answer.ageSeconds }
}

function rcodeSentence(name: string, rcode: string): string {
  if (rcode === 'NXDOMAIN') return 'the name does not exist (NXDOMAIN)'
  if (rcode === 'REFUSED') return `the server is not responsible for ${name} (REFUSED)`
  return `the server answered ${rcode}`
}

function makeQuery(name: string, note: LabNote | undefined, fail: Fail): Buffer {
  try {
    return encodeQuery({
      id: randomInt(65_536),
      name,
      recursionDesired: true,
      udpSize: UDP_SIZE,
      ...(note === undefined ? {} : { options: [labOption(note)] }),
    })
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error))
  }
}

type Fail = (detail: string) => LabError

async function askUdp(
  query: Buffer,
  server: DnsServer,
  localAddress: string,
  fail: Fail,
  options: LookupOptions,
): Promise<AddressAnswer> {
  const { tries, answerMs } = options.patient ? PATIENT : { tries: TRIES, answerMs: ANSWER_MS }
  for (let attempt = 1; ; attempt += 1) {
    const answer = await askUdpOnce(query, server, localAddress, fail, answerMs, options)
    if (answer !== null) return answer
    if (attempt === tries) throw fail(`no answer within ${(tries * answerMs) / 1000} s`)
  }
}

/** Null when nobody answered in time. */
function askUdpOnce(
  query: Buffer,
  server: DnsServer,
  localAddress: string,
  fail: Fail,
  answerMs: number,
  { beforeAsking, signal }: LookupOptions,
): Promise<AddressAnswer | null> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const timer = setTimeout(() => end(() => resolve(null)), answerMs)
    let ended = false
    const end = (tell: () => void): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
      socket.close()
      tell()
    }
    const giveUp = (): void => end(() => reject(fail('the question was given up')))
    signal?.addEventListener('abort', giveUp)
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(() =>
        reject(fail(error.code === 'ECONNREFUSED' ? 'nothing listens there (port unreachable)' : error.message)),
      ),
    )
    socket.on('message', (bytes) => {
      const answer = matching(bytes, query)
      if (answer !== null) end(() => resolve(answer))
    })
    socket.bind({ address: localAddress, port: 0 }, () =>
      socket.connect(server.port, server.address, () => {
        const ask = (): void => {
          if (!ended) socket.send(query)
        }
        if (beforeAsking === undefined) return ask()
        beforeAsking(socket.address().port).then(ask, (error: unknown) => end(() => reject(error)))
      }),
    )
  })
}

/** Two bytes of length, then the message (RFC 1035 section 4.2.2). */
function askTcp(query: Buffer, server: DnsServer, localAddress: string, fail: Fail): Promise<AddressAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port, localAddress, timeout: ANSWER_MS })
    let received = Buffer.alloc(0)
    const end = (tell: () => void): void => {
      socket.destroy()
      tell()
    }
    socket.once('connect', () => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(query.length)
      socket.write(Buffer.concat([length, query]))
    })
    socket.on('data', (piece: Buffer) => {
      received = Buffer.concat([received, piece])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      const answer = matching(received.subarray(2, 2 + received.readUInt16BE(0)), query)
      end(() => (answer === null ? reject(fail('the answer by TCP was broken')) : resolve(answer)))
    })
    socket.once('timeout', () => end(() => reject(fail('no answer by TCP'))))
    socket.once('error', (error) => end(() => reject(fail(`by TCP: ${error.message}`))))
    socket.once('end', () => end(() => reject(fail('the connection by TCP ended early'))))
  })
}

/** The answer, when these bytes are one to this query; anything else is not for us. */
function matching(bytes: Buffer, query: Buffer): AddressAnswer | null {
  try {
    return decodeResponse(bytes, query)
  } catch {
    return null
  }
}
