import { describeOutcome, describeQuestion, type Reply } from '../../protocols/dns/index.ts'
import type { IncomingQuery } from '../kit/dns/answerer.ts'
import type { Log, LogLevel } from '../kit/log.ts'

/** One line for one query: `A www.foobar.com   127.0.0.1:40000   NOERROR 127.10.0.10 ttl 60 udp`. */
export function logQuery(log: Log, { bytes, peer, transport }: IncomingQuery, reply: Reply): void {
  if (!log.writesRequests) return log.countRequest()
  const outcome = `${describeOutcome(reply)} ${transport}`
  log.request({ what: describeQuestion(bytes, reply), peer, outcome, level: levelOf(reply) })
}

function levelOf(reply: Reply): LogLevel {
  if (reply.prepared === null) return 'error'
  return reply.rcode === 0 && reply.prepared.answerCount > 0 ? 'good' : 'warning'
}
