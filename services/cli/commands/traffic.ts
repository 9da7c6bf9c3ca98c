import type { LabEvent, TrafficOrder, TrafficRun } from '../../contract/index.ts'
import { LabError } from '../../contract/index.ts'
import { connectToLab, type ConnectedLab } from '../../engine/channel/connect-to-lab.ts'
import { resultText, secondText } from '../../engine/traffic/words.ts'
import { chooseLab, type CommandContext, type LabChoice } from '../context.ts'
import { trafficAnswer } from '../json-answers.ts'

/** What the command line takes; the rest of an order has its defaults. */
export interface TrafficChoice extends LabChoice {
  readonly rate: number
  readonly for: number
  readonly rampTo?: number
  readonly newConnections?: boolean
  readonly url?: readonly string[]
  readonly slowMs?: number
}

/** Sends traffic to the running lab: a line a second, then the result. Ctrl-C ends it early, and is no failure. */
export async function traffic(context: CommandContext, choice: TrafficChoice): Promise<void> {
  const { world, out, interrupt } = context
  const record = await chooseLab(world, choice)
  const follower = new RunFollower((line) => out.say(line))
  const lab = await interrupt.during(connectToLab(record, { onEvents: (events) => follower.take(events) }))
  try {
    await lab.subscribe()
    const { id } = await interrupt.during(lab.run('startTraffic', orderOf(choice)))
    const run = await waitForEnd(lab, follower, id, interrupt.happened)
    if (run.failure) throw new LabError(run.failure.code, run.failure.params)
    out.result(trafficAnswer(run.result), () => resultText(run.result))
  } finally {
    lab.close()
  }
}

function orderOf(choice: TrafficChoice): TrafficOrder {
  const { rate, rampTo, url, slowMs } = choice
  return {
    rate,
    seconds: choice.for,
    connections: choice.newConnections ? 'new' : 'keep-alive',
    ...(rampTo === undefined ? {} : { rampTo }),
    ...(url === undefined ? {} : { urls: url.map((address) => ({ url: address })) }),
    ...(slowMs === undefined ? {} : { slowMs }),
  }
}

/** The run's end, or the lab's (then it rejects); at Ctrl-C it is asked to end. */
async function waitForEnd(
  lab: ConnectedLab,
  follower: RunFollower,
  id: number,
  interrupted: Promise<void>,
): Promise<TrafficRun> {
  const stopped = interrupted.then(() => lab.run('stopTraffic', {}).catch(() => follower.ended(id)))
  const gone = lab.closed.then(() => {
    throw new LabError('LAB_NOT_RUNNING')
  })
  return Promise.race([follower.ended(id), stopped, gone])
}

/** Follows runs by their events: says each second when it is over, and knows who has ended. */
class RunFollower {
  readonly #say: (line: string) => void
  readonly #finished = new Map<number, TrafficRun>()
  readonly #waiting = new Map<number, (run: TrafficRun) => void>()
  /** How many seconds were said. */
  #told = 0

  constructor(say: (line: string) => void) {
    this.#say = say
  }

  take(events: readonly LabEvent[]): void {
    for (const event of events) {
      if (event.type === 'trafficSampled') this.#saySeconds(event)
      if (event.type !== 'trafficFinished') continue
      this.#finished.set(event.run.id, event.run)
      this.#waiting.get(event.run.id)?.(event.run)
    }
  }

  ended(id: number): Promise<TrafficRun> {
    const known = this.#finished.get(id)
    if (known !== undefined) return Promise.resolve(known)
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  /** Seconds that are over, in order; one whose last outcomes come later is said with what is known now. */
  #saySeconds({ result, seconds }: Extract<LabEvent, { readonly type: 'trafficSampled' }>): void {
    for (const second of seconds) {
      if (second.second < this.#told || second.second + 1 > result.seconds) continue
      this.#told = second.second + 1
      this.#say(secondText(second))
    }
  }
}
