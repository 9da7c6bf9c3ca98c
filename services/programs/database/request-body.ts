import type { IncomingMessage } from 'node:http'

/** A request whose body cannot be taken, with the status that says so. */
export class BodyError extends Error {
  readonly status: 400 | 413 | 415
  constructor(status: 400 | 413 | 415, message: string) {
    super(message)
    this.name = 'BodyError'
    this.status = status
  }
}

/**
 * Reads a JSON body. Throws `BodyError`: 415 unless it calls itself JSON (a page in somebody's browser can send text
 * anywhere without asking, but not JSON), 413 above the limit, 400 when it is not JSON in UTF-8 (RFC 8259 section 8.1).
 * Rejects with another error when the client goes away.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new BodyError(415, 'The request must have the header "Content-Type: application/json".')
  const bytes = await readBytes(request, maxBytes)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new BodyError(400, `The request body is not JSON: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): BodyError => new BodyError(413, `The request body is larger than ${maxBytes} bytes.`)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      size += chunk.length
      if (size <= maxBytes) return void chunks.push(chunk)
      // Nobody listens any more: what is to become of the rest is up to the caller.
      request.off('data', take).pause()
      reject(tooLarge())
    }
    request.on('data', take)
    request.once('end', () => resolve(Buffer.concat(chunks, size)))
    request.once('error', reject)
  })
}
