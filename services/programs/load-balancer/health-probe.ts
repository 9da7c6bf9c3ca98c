import { connect } from 'node:net'
import type { HttpCheck } from '../../protocols/haproxy-cfg/model.ts'
import { findHeadEnd, parseResponseHead } from '../../protocols/http1/head.ts'
import { Http1Error } from '../../protocols/http1/http1-error.ts'
import type { BackendServer, CheckResult } from './backend-server.ts'
import type { Deadlines, Expiring } from './deadlines.ts'
import { formatEndpoint } from './frontend.ts'
import { describeSocketError } from './upstream-connection.ts'

export interface ProbeOptions {
  /** Null: a TCP connection is enough. */
  readonly httpCheck: HttpCheck | null
  readonly connectMs: number
  /** For the answer, once connected. */
  readonly answerMs: number
}

/** Checks a server once. Calls `done` once, unless the returned function ended it before. */
export function probe(
  server: BackendServer,
  options: ProbeOptions,
  deadlines: Deadlines,
  done: (result: CheckResult) => void,
): () => void {
  const startedAt = performance.now()
  const { source } = server.config
  const { address, port } = server.endpoint
  const socket = connect({ host: address, port, ...(source === null ? {} : { localAddress: source }), noDelay: true })
  let connected = false
  let received = Buffer.alloc(0)
  const end = (): void => {
    deadlines.remove(limit)
    socket.removeAllListeners()
    socket.on('error', () => undefined)
    socket.destroy()
  }
  const report = (ok: boolean, status: CheckResult['status'], reason: string, code: number | null = null): void => {
    end()
    done({ ok, status, code, reason, durationMs: performance.now() - startedAt })
  }
  const limit: Expiring = {
    deadlineAt: deadlines.after(options.connectMs),
    expire: () =>
      connected ? report(false, 'L7TOUT', 'no answer in time') : report(false, 'L4TOUT', 'connecting took too long'),
  }
  deadlines.add(limit)
  socket.on('connect', () => {
    connected = true
    if (options.httpCheck === null) return report(true, 'L4OK', 'connected')
    limit.deadlineAt = deadlines.after(options.answerMs)
    socket.write(requestText(server, options.httpCheck), 'latin1')
  })
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes])
    const verdict = options.httpCheck === null ? null : readAnswer(received, options.httpCheck)
    if (verdict !== null) report(verdict.ok, verdict.status, verdict.reason, verdict.code)
  })
  socket.on('error', (error) => report(false, connected ? 'L7RSP' : 'L4CON', describeSocketError(error)))
  socket.on('close', () => report(false, 'L7RSP', 'the server closed the connection without an answer'))
  return end
}

function requestText(server: BackendServer, check: HttpCheck): string {
  return `${check.method} ${check.uri} ${check.version}\r\nHost: ${formatEndpoint(server.endpoint)}\r\nConnection: close\r\n\r\n`
}

type Verdict = Omit<CheckResult, 'durationMs'>

function readAnswer(bytes: Buffer, check: HttpCheck): Verdict | null {
  try {
    const headEnd = findHeadEnd(bytes, 0, bytes.length)
    if (headEnd === -1) return null
    const { status } = parseResponseHead(bytes.toString('latin1', 0, headEnd - 2))
    const ok = check.expect.some(([from, to]) => status >= from && status <= to)
    return { ok, status: ok ? 'L7OK' : 'L7STS', code: status, reason: `${check.uri} answered ${status}` }
  } catch (error) {
    if (!(error instanceof Http1Error)) throw error
    return { ok: false, status: 'L7RSP', code: null, reason: `bad answer: ${error.message}` }
  }
}
