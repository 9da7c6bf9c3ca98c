import { writeFile } from 'node:fs/promises'
import { CAPACITY_DEFAULTS, LabError, type LabEvent, type RampState } from '../../contract/index.ts'
import { balancingText, capacityText, rampCsv, rampText, stepLine } from '../capacity-words.ts'
import { fromWhereOneStands, withLab, type CommandContext, type LabChoice } from '../context.ts'

export interface CapacityChoice extends LabChoice {
  readonly workers?: number
  readonly cost?: number
  readonly queue?: number
  readonly off?: boolean
}

/** Shows the modelled workers, or sets them: of one application server, or of all. */
export async function capacity(
  context: CommandContext,
  service: string | undefined,
  choice: CapacityChoice,
): Promise<void> {
  const { workers, cost, queue, off } = choice
  const all = await withLab(context, choice, async (lab) => {
    const { state } = await lab.subscribe()
    const chosen = state.capacity.filter((one) => service === undefined || one.service === service)
    const changes = off === true || workers !== undefined || cost !== undefined || queue !== undefined
    if (!changes) return chosen
    // A name that is no application server gets the engine's own answer.
    const names = service === undefined ? chosen.map((one) => one.service) : [service]
    for (const name of names) {
      const now = state.capacity.find((one) => one.service === name)?.setting ?? CAPACITY_DEFAULTS
      const setting = {
        workers: workers ?? now.workers,
        costMs: cost ?? now.costMs,
        queueLimit: queue ?? now.queueLimit,
      }
      await lab.run('setCapacity', { service: name, setting: off === true ? null : setting })
    }
    return (await lab.subscribe()).state.capacity.filter((one) => names.includes(one.service))
  })
  context.out.result({ capacity: all }, () => capacityText(all, context.out))
}

export interface RampChoice extends LabChoice {
  readonly to: number
  readonly from?: number
  readonly step?: number
  readonly hold?: number
  readonly url?: string
  readonly label?: string
  readonly report?: string
}

/** Raises traffic step by step until the site is beyond its knee; Ctrl-C ends it early, with what was measured. */
export async function ramp(context: CommandContext, choice: RampChoice): Promise<void> {
  const { out, interrupt } = context
  const { to, from, step, hold, url, label, report } = choice
  let told = 0
  const onEvents = (events: readonly LabEvent[]): void => {
    for (const event of events) {
      if (event.type !== 'rampProgressed') continue
      for (const one of event.ramp.steps.slice(told)) out.say(stepLine(one))
      told = Math.max(told, event.ramp.steps.length)
    }
  }
  const order = {
    to,
    ...(from === undefined ? {} : { from }),
    ...(step === undefined ? {} : { step }),
    ...(hold === undefined ? {} : { holdSeconds: hold }),
    ...(url === undefined ? {} : { url }),
    ...(label === undefined ? {} : { label }),
  }
  const over = await withLab(
    context,
    choice,
    async (lab) => {
      await lab.subscribe()
      void interrupt.happened.then(() => lab.run('stopRamp', {}).catch(() => undefined))
      return lab.run('runRamp', order)
    },
    { onEvents },
  )
  if (over.failure !== null) throw new LabError(over.failure.code, over.failure.params)
  if (report !== undefined) await save(report, over)
  out.result(over, () => rampText(over, out))
}

async function save(file: string, over: RampState): Promise<void> {
  const path = fromWhereOneStands(file)
  const text = path.endsWith('.json') ? `${JSON.stringify(over, null, 2)}\n` : rampCsv(over)
  await writeFile(path, text).catch((error: unknown) => {
    throw new LabError('EXPORT_FAILED', { path, detail: error instanceof Error ? error.message : String(error) })
  })
}

/** Shows how each balancer shares the requests, and what it chose lately. */
export async function balancing(
  context: CommandContext,
  choice: LabChoice & { readonly limit: number },
): Promise<void> {
  const views = await withLab(context, choice, (lab) => lab.run('readBalancing', { limit: choice.limit }))
  context.out.result({ balancers: views }, () => views.map((view) => balancingText(view, context.out)).join('\n\n'))
}
