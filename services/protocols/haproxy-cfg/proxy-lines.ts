import { BALANCE_ALGORITHMS } from '../../contract/names.ts'
import type { Draft, SectionKind } from './draft.ts'
import { CfgMistake, unknownWord } from './mistake.ts'
import { ALL_RETRYABLE, RETRY_REASONS, TIMEOUTS } from './model.ts'
import type { HttpCheck, RetryReason } from './model.ts'
import { readServerSettings } from './server-line.ts'
import { noMoreWords, readDuration, readEndpoint, readName, readNumber } from './values.ts'

/** The lines of `defaults`, `frontend` and `backend` (HAProxy manual, section 4.2), by their first word. */

interface LineReader {
  readonly in: readonly SectionKind[]
  /** Changes the draft. Throws `CfgMistake`. */
  read(words: readonly string[], draft: Draft, line: number): void
}

const ANYWHERE: readonly SectionKind[] = ['defaults', 'frontend', 'backend']
const BACK: readonly SectionKind[] = ['defaults', 'backend']
const FRONT: readonly SectionKind[] = ['defaults', 'frontend']

export const PROXY_LINES: Readonly<Record<string, LineReader>> = {
  mode: { in: ANYWHERE, read: readMode },
  // Where HAProxy would send its log: the built-in balancer writes its log to its terminal.
  log: { in: ANYWHERE, read: () => undefined },
  timeout: { in: ANYWHERE, read: readTimeout },
  option: { in: ANYWHERE, read: readOption },
  maxconn: {
    in: FRONT,
    read(words, draft) {
      draft.maxconn = readNumber(words[1], 'maxconn', 1, 1_000_000)
      noMoreWords(words, 2)
    },
  },
  bind: {
    in: ['frontend'],
    read(words, draft, line) {
      draft.binds.push({ ...readEndpoint(words[1], 'bind'), line })
      noMoreWords(words, 2)
    },
  },
  default_backend: {
    in: FRONT,
    read(words, draft, line) {
      draft.defaultBackend = { name: readName(words[1], 'default_backend'), line }
      noMoreWords(words, 2)
    },
  },
  balance: { in: BACK, read: readBalance },
  retries: {
    in: BACK,
    read(words, draft) {
      draft.retries = readNumber(words[1], 'retries', 0, 1000)
      noMoreWords(words, 2)
    },
  },
  'retry-on': { in: BACK, read: readRetryOn },
  'http-check': { in: BACK, read: readHttpCheckExpect },
  'http-response': { in: ['backend'], read: readHttpResponse },
  'default-server': {
    in: BACK,
    read(words, draft) {
      draft.serverDefaults = readServerSettings(words, 1, draft.serverDefaults)
    },
  },
  server: { in: ['backend'], read: readServer },
}

function readMode(words: readonly string[]): void {
  if (words[1] !== 'http') throw new CfgMistake(`only "mode http" is supported; it got "${words[1] ?? ''}"`)
  noMoreWords(words, 2)
}

function readTimeout(words: readonly string[], draft: Draft): void {
  const name = TIMEOUTS.find((candidate) => candidate === words[1])
  if (!name) throw unknownWord('timeout', words[1] ?? '', TIMEOUTS)
  draft.timeouts[name] = readDuration(words[2], `timeout ${name}`)
  noMoreWords(words, 3)
}

const OPTIONS: Readonly<Record<string, LineReader>> = {
  httplog: { in: FRONT, read: () => undefined },
  // A matter of HAProxy's two processes during a reload; the built-in balancer has one.
  'idle-close-on-response': { in: FRONT, read: () => undefined },
  dontlognull: { in: FRONT, read: () => undefined },
  forwardfor: {
    in: ANYWHERE,
    read(words, draft) {
      draft.forwardFor = true
      noMoreWords(words, 2)
    },
  },
  redispatch: {
    in: BACK,
    read(words, draft) {
      draft.redispatch =
        words[2] === undefined || words[2] === '-1' ? -1 : readNumber(words[2], 'option redispatch', 1, 1000)
      noMoreWords(words, 3)
    },
  },
  httpchk: { in: BACK, read: readHttpCheck },
}

function readOption(words: readonly string[], draft: Draft, line: number): void {
  const option = OPTIONS[words[1] ?? '']
  if (!option) throw unknownWord('option', words[1] ?? '', Object.keys(OPTIONS))
  if (!option.in.includes(draft.kind))
    throw new CfgMistake(`"option ${words[1] ?? ''}" has no place in a "${draft.kind}" section`)
  option.read(words, draft, line)
}

/** `option httpchk`, `option httpchk URI`, `option httpchk METHOD URI [VERSION]`. */
function readHttpCheck(words: readonly string[], draft: Draft): void {
  const uri = words[3] ?? words[2] ?? '/'
  const method = words[3] === undefined ? 'OPTIONS' : (words[2] ?? '')
  const version = words[4] ?? 'HTTP/1.0'
  if (!uri.startsWith('/'))
    throw new CfgMistake(`option httpchk wants METHOD URI, such as GET /healthz; it got "${words.slice(2).join(' ')}"`)
  if (!/^[A-Z]+$/.test(method)) throw new CfgMistake(`"${method}" is not an HTTP method`)
  if (version !== 'HTTP/1.0' && version !== 'HTTP/1.1')
    throw new CfgMistake(`option httpchk knows HTTP/1.0 and HTTP/1.1; it got "${version}"`)
  draft.httpCheck = { method, uri, version }
  noMoreWords(words, 5)
}

/** `http-check expect status 200-299,304`. */
function readHttpCheckExpect(words: readonly string[], draft: Draft): void {
  if (words[1] !== 'expect') throw unknownWord('http-check keyword', words[1] ?? '', ['expect'])
  if (words[2] !== 'status') throw unknownWord('http-check expect keyword', words[2] ?? '', ['status'])
  draft.expect = (words[3] ?? '').split(',').map(readStatusRange)
  noMoreWords(words, 4)
}

function readStatusRange(text: string): HttpCheck['expect'][number] {
  const match = /^([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?$/.exec(text)
  const from = Number(match?.[1])
  const to = Number(match?.[2] ?? match?.[1])
  if (!match || to < from)
    throw new CfgMistake(`http-check expect status wants codes such as 200 or 200-399; it got "${text}"`)
  return [from, to]
}

function readBalance(words: readonly string[], draft: Draft): void {
  const algorithm = BALANCE_ALGORITHMS.find((candidate) => candidate === words[1])
  if (!algorithm) throw unknownWord('balance algorithm', words[1] ?? '', BALANCE_ALGORITHMS)
  draft.balance = algorithm
  noMoreWords(words, 2)
}

function readRetryOn(words: readonly string[], draft: Draft): void {
  const reasons = words.slice(1)
  if (reasons.length === 0) throw new CfgMistake('retry-on wants reasons, such as conn-failure or all-retryable-errors')
  if (reasons.includes('none') && reasons.length > 1) throw new CfgMistake('retry-on none stands alone')
  draft.retryOn = [...new Set(reasons.flatMap(readRetryReason))]
}

function readRetryReason(word: string): readonly RetryReason[] {
  if (word === 'none') return []
  if (word === 'all-retryable-errors') return ALL_RETRYABLE
  const reason = RETRY_REASONS.find((candidate) => candidate === word)
  if (!reason) throw unknownWord('retry-on reason', word, [...RETRY_REASONS, 'all-retryable-errors', 'none'])
  return [reason]
}

function readHttpResponse(words: readonly string[], draft: Draft): void {
  if (words[1] !== 'add-header') throw unknownWord('http-response action', words[1] ?? '', ['add-header'])
  const [name, format] = [words[2], words[3]]
  if (name === undefined || format === undefined) throw new CfgMistake('http-response add-header wants NAME VALUE')
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw new CfgMistake(`"${name}" cannot be a header name`)
  if (/^(?:content-length|transfer-encoding|connection)$/i.test(name))
    throw new CfgMistake(`"${name}" is the balancer's own to write`)
  const value = format.replaceAll('%%', '\u0000')
  if (value.includes('%'))
    throw new CfgMistake('variables ("%") are not supported in a header value; write "%%" for a percent sign')
  if (!/^[\x20-\x7e]*$/.test(format)) throw new CfgMistake('a header value holds printable ASCII only')
  draft.responseHeaders.push({ name, value: value.replaceAll('\u0000', '%') })
  noMoreWords(words, 4)
}

function readServer(words: readonly string[], draft: Draft, line: number): void {
  const name = readName(words[1], 'server')
  const twin = draft.servers.find((server) => server.name === name)
  if (twin) throw new CfgMistake(`server "${name}" is defined twice; the first is on line ${twin.line}`)
  const endpoint = readEndpoint(words[2], `server ${name}`)
  draft.servers.push({ name, line, ...endpoint, ...readServerSettings(words, 3, draft.serverDefaults) })
}
