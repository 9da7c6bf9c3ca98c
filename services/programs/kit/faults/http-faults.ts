import type { IncomingMessage, ServerResponse } from 'node:http'
import { activeFaults } from './active-faults.ts'

/** Meets a request as the faults of this process say; what passes is handled as ever. */
export function meetHttpFaults(request: IncomingMessage, response: ServerResponse, handle: () => void): void {
  const { slow } = activeFaults
  if (slow === null) return failOrHandle(request, response, handle)
  slow.hold(() => {
    // Whoever asked has left meanwhile.
    if (!response.destroyed) failOrHandle(request, response, handle)
  })
}

const SENTENCE = 'This server fails some requests: the fault was set on purpose.\n'

function failOrHandle(request: IncomingMessage, response: ServerResponse, handle: () => void): void {
  if (activeFaults.errors?.fails() !== true) return handle()
  // Read to its end, so that the connection can be used on.
  request.resume()
  response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': SENTENCE.length })
  response.end(SENTENCE)
}
