import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { endToEndHeaders, hasBody, headerPairs, type HeaderPair } from '../kit/http.ts'

/** Between Node's HTTP messages and the web-standard Request and Response (https://fetch.spec.whatwg.org). */

/** Throws `TypeError` for what cannot be a Request: an address that is none, the methods TRACE and CONNECT. */
export function toRequest(incoming: IncomingMessage, outgoing: ServerResponse): Request {
  const target = incoming.url ?? '/'
  // A target with a host in it is the proxy form (RFC 9112 section 3.2.2). Otherwise it is put together as text: as a
  // relative reference `//other.example/` would name another host.
  const absolute = /^https?:\/\//i.test(target)
  const url = absolute ? target : `http://${incoming.headers.host ?? 'localhost'}${target === '*' ? '/' : target}`
  const method = incoming.method ?? 'GET'
  const headers = new Headers(headerPairs(incoming.rawHeaders).map(([name, value]) => [name, value]))
  if (method === 'GET' || method === 'HEAD' || !hasBody(incoming)) return new Request(url, { method, headers })
  return new Request(url, { method, headers, body: bodyOf(incoming, outgoing), duplex: 'half' })
}

/**
 * The body, read only as fast as the application does. What it leaves unread is read and dropped when the answer is
 * sent, or the connection's next request could never come.
 */
function bodyOf(incoming: IncomingMessage, outgoing: ServerResponse): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks: AsyncIterator<Buffer> = incoming[Symbol.asyncIterator]()
  let begun = false
  outgoing.once('finish', () => {
    // What was not even begun is dropped by Node.
    if (begun) void drop(chunks)
  })
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        begun = true
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(new Uint8Array(value))
      },
    },
    { highWaterMark: 0 },
  )
}

async function drop(chunks: AsyncIterator<Buffer>): Promise<void> {
  try {
    while (!(await chunks.next()).done);
  } catch {
    // The visitor left: nothing more comes.
  }
}

/**
 * Sends a Response. `identity` are the server's own fields, which replace those of the application. Resolves with the
 * number of bytes of content when all is handed over or the visitor left; rejects when the content fails.
 */
export async function sendResponse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: Response,
  identity: () => readonly HeaderPair[],
): Promise<number> {
  if (response.bodyUsed || response.body?.locked)
    throw new TypeError('fetch() returned a Response that was sent or read before; make a new one for each request')
  const writeHead = (length: number | null): void => {
    const head = [...applicationHeaders(response, length), ...identity()]
    outgoing.writeHead(response.status, response.statusText || undefined, head.flat())
  }
  if (outgoing.destroyed) {
    await response.body?.cancel()
    return 0
  }
  if (response.body === null || incoming.method === 'HEAD') {
    await response.body?.cancel()
    // Node adds `Content-Length: 0` or leaves it out, as status and method want it.
    writeHead(null)
    outgoing.end()
    return 0
  }
  const reader: ReadableStreamDefaultReader<unknown> = response.body.getReader()
  // An endless stream ends when its visitor leaves.
  outgoing.once('close', () => void reader.cancel().catch(() => undefined))
  return sendContent(reader, outgoing, writeHead)
}

/** A text or buffer comes as one chunk: it gets its length. Everything else is sent as it comes. */
async function sendContent(
  reader: ReadableStreamDefaultReader<unknown>,
  outgoing: ServerResponse,
  writeHead: (length: number | null) => void,
): Promise<number> {
  const first = await reader.read()
  if (first.done) {
    writeHead(0)
    outgoing.end()
    return 0
  }
  const chunk = toBytes(first.value)
  const upcoming = reader.read()
  const known = await Promise.race([upcoming, nextTurn(null)])
  if (known?.done) {
    writeHead(chunk.length)
    outgoing.end(chunk)
    return chunk.length
  }
  outgoing.strictContentLength = true
  writeHead(null)
  await write(outgoing, chunk)
  let sent = chunk.length
  for (let next = await upcoming; !next.done; next = await reader.read()) {
    if (outgoing.destroyed) {
      await reader.cancel()
      return sent
    }
    const bytes = toBytes(next.value)
    await write(outgoing, bytes)
    sent += bytes.length
  }
  if (!outgoing.destroyed) outgoing.end()
  return sent
}

function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk === 'string') return Buffer.from(chunk)
  throw new TypeError(`the Response's stream gave ${typeof chunk} where bytes (Uint8Array) or text are wanted`)
}

/** Resolves when the visitor takes more, or has left. */
async function write(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (outgoing.destroyed || outgoing.write(bytes)) return
  await new Promise<void>((resolve) => {
    const go = (): void => {
      outgoing.off('drain', go)
      outgoing.off('close', go)
      resolve()
    }
    outgoing.once('drain', go)
    outgoing.once('close', go)
  })
}

const OWN_FIELDS = new Set(['x-served-by', 'x-release', 'x-database'])

function applicationHeaders(response: Response, length: number | null): HeaderPair[] {
  const headers = endToEndHeaders([...response.headers]).filter(([name]) => {
    const lower = name.toLowerCase()
    return !OWN_FIELDS.has(lower) && (lower !== 'content-length' || length === null)
  })
  if (length !== null) headers.push(['Content-Length', String(length)])
  return headers
}
