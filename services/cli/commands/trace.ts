import { LabError, type LabEvent, type RequestResult, type Trace, type TraceSummary } from '../../contract/index.ts'
import type { ConnectedLab } from '../../engine/channel/connect-to-lab.ts'
import { Bell } from '../bell.ts'
import { withLab, type CommandContext, type LabChoice } from '../context.ts'
import { CliError } from '../failures.ts'
import { traceAnswer, traceListAnswer } from '../json-answers.ts'
import { traceListText, traceText } from '../network-words.ts'

/** The packets of an answered request are read within a tenth of a second; a busy machine takes longer. */
const WHOLE_LIMIT_MS = 5000

export interface TraceOptions extends LabChoice {
  readonly list?: boolean
  readonly id?: number
}

/** Sends a request and prints its trace; with `list` or `id` shows what was traced before. */
export async function trace(context: CommandContext, url: string | undefined, options: TraceOptions): Promise<void> {
  const { out } = context
  const wishes = [url !== undefined, options.list === true, options.id !== undefined].filter(Boolean).length
  if (wishes > 1) throw new CliError('USAGE', 'Give a URL, --list or --id, not several of them.')
  if (options.list) {
    const { state } = await withLab(context, options, (lab) => lab.subscribe())
    return out.result(traceListAnswer(state.traces), () => traceListText(state.traces, out))
  }
  const { id } = options
  if (id !== undefined) {
    const known = await withLab(context, options, (lab) => lab.run('readTrace', { trace: id }))
    return out.result(traceAnswer(known), () => traceText(known, out))
  }
  const watch = new TraceWatch()
  const { request, traced } = await withLab(context, options, (lab) => sendTraced(lab, watch, url), watch)
  // A request that failed before it was on the network has no trace to tell of it.
  if (traced === null && request.failure) throw new LabError(request.failure.code, request.failure.params)
  if (traced === null) throw new CliError('TRACE_MISSING', 'The request was answered, but its packets were not seen.')
  const failed = request.failure === null ? '' : `\n${out.style('bad', 'No answer:')} ${request.failure.message}`
  const shown = { ...traced, url: traced.url ?? request.url }
  out.result(traceAnswer(shown, request.failure), () => `${traceText(shown, out)}${failed}`)
}

/** Keeps what the lab says of its traces. */
class TraceWatch {
  readonly bell = new Bell()
  readonly #traces = new Map<string, TraceSummary>()

  onEvents(events: readonly LabEvent[]): void {
    for (const event of events) if (event.type === 'traceChanged') this.#traces.set(event.trace.traceId, event.trace)
    this.bell.ring()
  }

  find(traceId: string): TraceSummary | undefined {
    return this.#traces.get(traceId)
  }
}

interface Traced {
  readonly request: RequestResult
  readonly traced: Trace | null
}

async function sendTraced(lab: ConnectedLab, watch: TraceWatch, url: string | undefined): Promise<Traced> {
  const { network } = (await lab.subscribe()).state
  if (network.state !== 'ready') throw new LabError('NETWORK_OFF', { state: network.state })
  if (network.recording.mode === 'off') {
    throw new CliError(
      'NOT_RECORDED',
      'Nothing is recorded, so no trace can be shown. Turn it on: npm run -s lab -- recording full',
    )
  }
  const request = await lab.run('sendRequest', url === undefined ? {} : { url })
  return { request, traced: await wholeTrace(lab, watch, request) }
}

/** The request's trace as soon as it is whole, or what there is of it when the time is up. */
async function wholeTrace(lab: ConnectedLab, watch: TraceWatch, request: RequestResult): Promise<Trace | null> {
  const traceId = request.traceparent.split('-')[1] ?? ''
  const endMs = performance.now() + WHOLE_LIMIT_MS
  for (;;) {
    const summary = watch.find(traceId)
    const isLate = performance.now() >= endMs
    if (summary !== undefined && (summary.totalMs !== null || isLate)) {
      const trace = await lab.run('readTrace', { trace: summary.id })
      if (isLate || isWhole(trace, request)) return trace
    }
    if (isLate) return null
    await watch.bell.wait(endMs - performance.now())
  }
}

/** Between a page and its files a trace looks finished for a moment: what the browser got an answer for must be in it. */
function isWhole({ endNs, requests }: Trace, { status, assets }: RequestResult): boolean {
  const answered = [status, ...assets.map((asset) => asset.status)].filter((one) => one !== null).length
  return endNs !== null && requests.length >= answered
}
