import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { LabError } from '../../contract/index.ts'
import { CLASS_IN, EDNS_UDP_SIZE, rcodeName, RCODES, RECORD_TYPES } from '../../protocols/dns/codes.ts'
import { decodeMessage, encodeMessage, type Message } from '../../protocols/dns/message.ts'
import { sameName } from '../../protocols/dns/name.ts'

/** A stub resolver as a browser's machine has one: it asks the lab's DNS server, keeps nothing, and follows no referral. */

export interface DnsServer {
  readonly address: string
  readonly port: number
}

export interface ResolvedName {
  readonly name: string
  readonly address: string
  /** The shortest time to live on the way from the name to the address. */
  readonly ttlSeconds: number
}

/** As common stub resolvers: a lost datagram is asked again. */
const TRIES = 2
const ANSWER_MS = 2000

/** Resolves a name to its first A record by a real query over UDP, by TCP when the answer was cut short. Throws `REQUEST_DNS_FAILED`. */
export async function resolveName(name: string, server: DnsServer, localAddress: string): Promise<ResolvedName> {
  const fail = (detail: string): LabError =>
    new LabError('REQUEST_DNS_FAILED', { name, detail, server: `${server.address}:${server.port}` })
  const query = makeQuery(name)
  let answer = await askUdp(query, server, localAddress, fail)
  if (answer.truncated) answer = await askTcp(query, server, localAddress, fail)
  if (answer.rcode !== RCODES.NOERROR) throw fail(rcodeSentence(name, answer.rcode))
  return (
    pickAddress(name, answer) ??
    (() => {
      throw fail(`the name exists, but has no A record`)
    })()
  )
}

function rcodeSentence(name: string, rcode: number): string {
  if (rcode === RCODES.NXDOMAIN) return 'the name does not exist (NXDOMAIN)'
  if (rcode === RCODES.REFUSED) return `the server is not responsible for ${name} (REFUSED)`
  return `the server answered ${rcodeName(rcode)}`
}

function makeQuery(name: string): Message {
  return {
    id: randomInt(65_536),
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    rcode: 0,
    questions: [{ name: `${name}.`, type: RECORD_TYPES.A, class: CLASS_IN }],
    answers: [],
    authorities: [],
    additionals: [],
    edns: { udpSize: EDNS_UDP_SIZE, version: 0, dnssecOk: false },
  }
}

/** Follows CNAMEs inside the answer. */
function pickAddress(name: string, answer: Message): ResolvedName | null {
  let owner = `${name}.`
  let ttlSeconds = Number.POSITIVE_INFINITY
  for (let hop = 0; hop <= answer.answers.length; hop += 1) {
    const records = answer.answers.filter((record) => sameName(record.name, owner))
    const address = records.find((record) => record.data.type === 'A')
    if (address?.data.type === 'A')
      return { name, address: address.data.address, ttlSeconds: Math.min(ttlSeconds, address.ttl) }
    const alias = records.find((record) => record.data.type === 'CNAME')
    if (alias?.data.type !== 'CNAME') return null
    ttlSeconds = Math.min(ttlSeconds, alias.ttl)
    owner = alias.data.target
  }
  return null
}

type Fail = (detail: string) => LabError

async function askUdp(query: Message, server: DnsServer, localAddress: string, fail: Fail): Promise<Message> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await askUdpOnce(query, server, localAddress, fail)
    if (answer !== null) return answer
    if (attempt === TRIES) throw fail(`no answer within ${(TRIES * ANSWER_MS) / 1000} s`)
  }
}

/** Null when nobody answered in time. */
function askUdpOnce(query: Message, server: DnsServer, localAddress: string, fail: Fail): Promise<Message | null> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const timer = setTimeout(() => end(() => resolve(null)), ANSWER_MS)
    let ended = false
    const end = (tell: () => void): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      socket.close()
      tell()
    }
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
      socket.connect(server.port, server.address, () => socket.send(encodeMessage(query))),
    )
  })
}

/** Two bytes of length, then the message (RFC 1035 section 4.2.2). */
function askTcp(query: Message, server: DnsServer, localAddress: string, fail: Fail): Promise<Message> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port, localAddress, timeout: ANSWER_MS })
    let received = Buffer.alloc(0)
    const end = (tell: () => void): void => {
      socket.destroy()
      tell()
    }
    socket.once('connect', () => {
      const message = encodeMessage(query)
      const length = Buffer.alloc(2)
      length.writeUInt16BE(message.length)
      socket.write(Buffer.concat([length, message]))
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

/** The answer, when these bytes are one to this query; anything else is not for us (RFC 5452 section 9.1). */
function matching(bytes: Buffer, query: Message): Message | null {
  try {
    const message = decodeMessage(bytes)
    const asked = query.questions[0]
    const echoed = message.questions[0]
    if (!message.response || message.id !== query.id || !asked || !echoed) return null
    return sameName(asked.name, echoed.name) && asked.type === echoed.type ? message : null
  } catch {
    return null
  }
}
