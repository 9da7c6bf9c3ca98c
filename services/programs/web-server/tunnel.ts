import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HeaderPair } from '../kit/http.ts'
import { STATUS_CODES } from '../kit/node-http.ts'
import type { AppProxy, ProxyResult } from './app-proxy.ts'

/**
 * Passes a request that asks for another protocol (RFC 9110 section 7.8), such as a WebSocket, to the application
 * server, and after its 101 every byte both ways. Resolves when the tunnel is open, or when that failed.
 */
export function openTunnel(
  proxy: AppProxy,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<ProxyResult> {
  return new Promise((resolve) => {
    const headers = proxy.requestHeaders(request)
    headers.push(['Connection', 'Upgrade'], ['Upgrade', request.headers.upgrade ?? ''])
    const upstream = proxy.open(request, headers, false)
    socket.on('error', () => upstream.destroy())
    socket.on('close', () => upstream.destroy())
    upstream.on('upgrade', (answer, appSocket, appHead) => {
      const upgrade: HeaderPair[] = [
        ['Connection', 'Upgrade'],
        ['Upgrade', answer.headers.upgrade ?? ''],
      ]
      socket.write(responseHead(answer, [...proxy.responseHeaders(answer), ...upgrade]))
      join(socket, head, appSocket, appHead)
      resolve({ status: 101, bytes: null, failure: null })
    })
    upstream.on('response', (answer) => {
      // The application does not want to switch: its ordinary answer, and the end of the connection with it.
      socket.write(responseHead(answer, [...proxy.responseHeaders(answer), ['Connection', 'close']]))
      answer.pipe(socket)
      answer.on('error', () => socket.destroy())
      resolve({ status: answer.statusCode ?? 502, bytes: null, failure: null })
    })
    upstream.on('error', (error) => {
      const { status, failure, html } = proxy.failurePage(error)
      const fields = `Content-Type: text/html; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(html)}\r\n`
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields}Connection: close\r\n\r\n${html}`)
      resolve({ status, bytes: null, failure })
    })
    upstream.end()
  })
}

function responseHead(answer: IncomingMessage, headers: readonly HeaderPair[]): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}\r\n${lines}\r\n`
}

function join(visitor: Duplex, visitorHead: Buffer, app: Duplex, appHead: Buffer): void {
  if (appHead.length > 0) visitor.write(appHead)
  if (visitorHead.length > 0) app.write(visitorHead)
  visitor.pipe(app)
  app.pipe(visitor)
  for (const [one, other] of [
    [visitor, app],
    [app, visitor],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}
