import { LabError } from '../../contract/index.ts'
import { getOnce, type Answer } from './get-once.ts'
import { until, type Halt } from './until.ts'

/** Good answers in a row that a release needs. */
const PASSES = 3
/** Bad ones in a row that are enough to give it up. */
const FAILURES = 5
const EVERY_MS = 100
const LIMIT_MS = 8_000
const ANSWER_LIMIT_MS = 2_000

export interface HealthTarget {
  readonly host: string
  readonly release: string
  /** Whether answers of other releases count as well. */
  readonly anyRelease?: boolean
  /** Of the web server, or of the application server while two of them share an address. */
  readonly address: string
  readonly port: number
  readonly path: string
}

/**
 * Asks the health page through the host's web server until the release has answered well several times in a row. Answers
 * of another release don't count: while two processes share an address, both answer. Rejects with `RELEASE_UNHEALTHY`.
 */
export async function passHealthGate(
  target: HealthTarget,
  halt: Halt,
  onProgress: (done: number, of: number) => void,
): Promise<void> {
  let [passes, failures] = [0, 0]
  let last = 'it did not answer'
  const take = (answer: Answer): void => {
    if (target.anyRelease !== true && answer.release !== null && answer.release !== target.release) return
    const good = answer.status !== null && answer.status >= 200 && answer.status < 400
    last = answer.status === null ? answer.failure : `${target.path} answered ${answer.status}`
    passes = good ? passes + 1 : 0
    // Nobody there yet is no bad answer; it only takes time.
    failures = good || answer.status === null ? 0 : failures + 1
    onProgress(Math.min(passes, PASSES), PASSES)
  }
  await until(
    async () => {
      take(await getOnce(target, ANSWER_LIMIT_MS))
      return passes >= PASSES || failures >= FAILURES
    },
    { limitMs: LIMIT_MS, everyMs: EVERY_MS, halt },
  )
  if (passes >= PASSES) return
  const { release, host } = target
  throw new LabError('RELEASE_UNHEALTHY', { release, host, detail: `${last}.` })
}
