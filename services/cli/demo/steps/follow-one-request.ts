import type { LabState, TraceHop, TraceSummary } from '../../../contract/index.ts'
import { time } from '../../words.ts'
import { check, isGood, outcome, type Stage } from '../stage.ts'

/** Packets are read within a tenth of a second; a busy machine takes longer. */
const TRACE_LIMIT_MS = 5000
/** Whom a page of the application meets, in order. */
const ROLES = ['dns', 'load-balancer', 'web-server', 'app-server'] as const

export async function followOneRequest(stage: Stage): Promise<void> {
  const { lab, report } = stage
  // Where hosts have no network cards there is nothing to follow.
  if (lab.state.network.state === 'unsupported') return
  await report.step('Follow one request through the network cards, hop by hop.', async () => {
    const { entryUrl } = lab.state
    check(entryUrl !== null, 'the lab has no address for browsers.')
    const answer = await lab.run('sendRequest', { url: new URL('/healthz', entryUrl).href })
    check(isGood(answer), `the request was answered with ${outcome(answer)}.`)
    const traceId = answer.traceparent.split('-')[1]
    const find = ({ traces }: LabState): TraceSummary | undefined => traces.find((trace) => trace.traceId === traceId)
    const isWhole = await lab.waitFor((state) => typeof find(state)?.totalMs === 'number', TRACE_LIMIT_MS)
    const summary = find(lab.state)
    check(isWhole && summary !== undefined, 'the packets of the request were not seen.')
    const { hops, packets } = await lab.run('readTrace', { trace: summary.id })
    const met = hops.map(({ to }) => lab.state.services.find(({ id }) => id === to)?.role)
    check(met.join() === ROLES.join(), `the hops of the request were ${hops.map(hopText).join(', ')}.`)
    return `${hops.map(hopText).join(', ')}; ${packets.length} packets.`
  })
}

function hopText({ from, to, startNs, endNs }: TraceHop): string {
  return `${from} > ${to} (${endNs === null ? 'no answer' : time((endNs - startNs) / 1e6)})`
}
