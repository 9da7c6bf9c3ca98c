import { request } from 'node:http'
import type { LabPlan } from '../plan/lab-plan.ts'
import { AUDIT_VISITOR } from './probes.ts'

const LIMIT_MS = 1000

/** Takes out what the visitors of an audit wrote. Never rejects: a database that is away is asked again later. */
export async function cleanGuestbook(plan: LabPlan): Promise<void> {
  await Promise.all(plan.ofRole('database').map(({ address, port }) => forgetVisitor(address, port)))
}

/** One statement over the Hrana protocol (libSQL's Hrana 3 specification, `/v3/pipeline`). */
function forgetVisitor(host: string, port: number): Promise<void> {
  const sql = 'DELETE FROM guestbook WHERE name = ?'
  const stmt = { sql, args: [{ type: 'text', value: AUDIT_VISITOR }] }
  const body = JSON.stringify({ requests: [{ type: 'execute', stmt }, { type: 'close' }] })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve) => {
    const call = request(
      {
        host,
        port,
        path: '/v3/pipeline',
        method: 'POST',
        headers,
        agent: false,
        signal: AbortSignal.timeout(LIMIT_MS),
      },
      (answer) => {
        answer.resume()
        answer.once('close', resolve)
      },
    )
    // A guestbook that nobody has opened yet has no table, and a database that is away no rows for now.
    call.once('error', () => resolve())
    call.end(body)
  })
}
