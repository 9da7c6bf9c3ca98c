import type { RequestResult } from '../../contract/index.ts'
import type { LabEngine } from '../../engine/index.ts'
import { CliError } from '../failures.ts'
import type { LabFollower } from '../lab-follower.ts'
import type { DemoReport } from './demo-report.ts'
import type { PidWatch } from './pid-watch.ts'

/** What every step of the demo works with. */
export interface Stage {
  readonly engine: LabEngine
  readonly lab: LabFollower
  readonly pids: PidWatch
  readonly report: DemoReport
  readonly workspace: string
}

/** Ends the demo with the reason unless things are as they should be. */
export function check(asItShouldBe: boolean, otherwise: string): asserts asItShouldBe {
  if (!asItShouldBe) throw new CliError('DEMO_FAILED', `The demo stopped: ${otherwise}`)
}

/** An answer of the application without a page around it: no further files are fetched, so the servers' turns are plain to see. */
export async function askApplication({ lab }: Stage): Promise<RequestResult> {
  const { entryUrl } = lab.state
  check(entryUrl !== null, 'the lab has no address for browsers.')
  return lab.run('sendRequest', { url: new URL('/healthz', entryUrl).href })
}

/** Asks one after the other and checks that each answer is a good one. */
export async function askTimes(stage: Stage, times: number): Promise<readonly RequestResult[]> {
  const answers: RequestResult[] = []
  for (let turn = 0; turn < times; turn += 1) {
    const answer = await askApplication(stage)
    check(isGood(answer), `request ${turn + 1} of ${times} was answered with ${outcome(answer)}.`)
    answers.push(answer)
  }
  return answers
}

export function isGood(answer: RequestResult): boolean {
  return answer.failure === null && answer.status === 200
}

export function outcome(answer: RequestResult): string {
  return answer.failure?.message ?? `status ${answer.status ?? '-'} ${answer.statusText} via ${answer.via.join(' > ')}`
}

/** The web server that the answer came from. */
export function webServerOf({ lab }: Stage, answer: RequestResult): string {
  const webServers = lab.state.services.filter(({ role }) => role === 'web-server').map(({ id }) => id)
  return answer.via.find((id) => webServers.includes(id)) ?? 'an unknown server'
}

export function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
