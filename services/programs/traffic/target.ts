import { isIP } from 'node:net'
import { EXIT, ProgramError } from '../kit/program.ts'

/** One URL of the mix, with the bytes that ask for it. */
export interface Target {
  /** For the balancing algorithm that draws from the mix. */
  readonly name: string
  readonly weight: number
  readonly sessions: 0
  readonly host: string
  /** Whether `host` is an address already. */
  readonly isAddress: boolean
  readonly port: number
  readonly request: Buffer
}

/** `*` cannot begin a URL, so `3*http://...` is without doubt. */
const WEIGHTED = /^(\d+(?:\.\d+)?)\*(.+)$/
const LARGEST_WEIGHT = 1000

/** Reads `[WEIGHT*]URL`. Throws `ProgramError`. */
export function readTarget(text: string, connections: 'keep-alive' | 'new'): Target {
  const [, weightText, urlText] = WEIGHTED.exec(text) ?? [null, '1', text]
  const weight = Number(weightText)
  if (!(weight > 0 && weight <= LARGEST_WEIGHT))
    throw new ProgramError(`--url ${text}: a weight is more than 0, at most ${LARGEST_WEIGHT}.`, EXIT.usage)
  const url = URL.parse(urlText ?? '')
  if (url?.protocol !== 'http:')
    throw new ProgramError(`--url ${text}: it wants an http: address, such as http://www.foobar.com:8080/.`, EXIT.usage)
  const isAddress = isIP(url.hostname) !== 0
  if (isAddress && !isLoopback(url.hostname))
    throw new ProgramError(`--url ${text}: traffic goes to loopback addresses (127.x.x.x) only.`, EXIT.usage)
  return {
    name: text,
    weight,
    sessions: 0,
    host: url.hostname,
    isAddress,
    port: url.port === '' ? 80 : Number(url.port),
    request: requestBytes(url, connections),
  }
}

export function isLoopback(address: string): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(address)
}

/** A URL parsed by Node is ASCII without blanks or line ends, so nothing can be smuggled into the head. */
function requestBytes(url: URL, connections: 'keep-alive' | 'new'): Buffer {
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'User-Agent: Hoplab-traffic',
    'Accept: */*',
    ...(connections === 'new' ? ['Connection: close'] : []),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
