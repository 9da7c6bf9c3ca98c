import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { checkConditions, rangeApplies } from '../../protocols/http-static/conditions.ts'
import { formatHttpDate } from '../../protocols/http-static/http-date.ts'
import { chooseRange } from '../../protocols/http-static/range.ts'
import type { PublicFile } from './public-files.ts'

/** How a file was answered, for the log. */
export interface FileAnswer {
  readonly how: string
  /** Length of the body. */
  readonly bytes: number
}

/**
 * Answers a GET or HEAD with a file: 200, 206, 304, or a bare 412 or 416. Every answer must be asked for again
 * (`no-cache`), which costs a 304 without body: a release that was just deployed is seen at once.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: PublicFile,
  identity: OutgoingHttpHeaders,
): Promise<FileAnswer> {
  const validators: OutgoingHttpHeaders = {
    ETag: file.etag,
    'Last-Modified': formatHttpDate(file.modifiedMs),
    'Cache-Control': 'no-cache',
    'Accept-Ranges': 'bytes',
    ...identity,
  }
  const condition = checkConditions(request.headers, file)
  if (condition !== 'send') {
    await file.close()
    const status = condition === 'not-modified' ? 304 : 412
    response.writeHead(status, status === 412 ? { ...validators, 'Content-Length': 0 } : validators).end()
    return { how: condition === 'not-modified' ? 'file not modified' : 'file has changed', bytes: 0 }
  }
  // Only GET has ranges (RFC 9110 section 14.2).
  const ranges = request.method === 'GET' && rangeApplies(headerOf(request, 'if-range'), file)
  const range = chooseRange(ranges ? request.headers.range : undefined, file.size)
  if (range.kind === 'unsatisfiable') {
    await file.close()
    response.writeHead(416, { ...validators, 'Content-Range': `bytes */${file.size}`, 'Content-Length': 0 }).end()
    return { how: `file has no such range, only ${file.size} bytes`, bytes: 0 }
  }
  const part = range.kind === 'part'
  const [first, last] = part ? [range.first, range.last] : [0, file.size - 1]
  response.writeHead(part ? 206 : 200, {
    ...validators,
    'Content-Type': file.contentType,
    'Content-Length': last - first + 1,
    'X-Content-Type-Options': 'nosniff',
    ...(part ? { 'Content-Range': `bytes ${first}-${last}/${file.size}` } : {}),
  })
  await sendBytes(request, response, file, first, last)
  return { how: part ? `bytes ${first}-${last} of the file` : 'file', bytes: last - first + 1 }
}

async function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  file: PublicFile,
  first: number,
  last: number,
): Promise<void> {
  if (request.method === 'HEAD' || last < first || response.destroyed) {
    await file.close()
    response.end()
  } else if (file.content) {
    response.end(file.content.subarray(first, last + 1))
  } else {
    // A file that shrank meanwhile breaks the promised length: the connection must not look complete.
    response.strictContentLength = true
    await pipeline(file.stream(first, last), response)
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
