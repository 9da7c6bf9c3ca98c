import {
  LabError,
  type BalanceAlgorithm,
  type BalancePreset,
  type ChangeDone,
  type DesignWork,
  type LabEvent,
} from '../../contract/index.ts'
import type { ConnectedLab } from '../../engine/channel/connect-to-lab.ts'
import { withLab, type CommandContext, type LabChoice } from '../context.ts'
import { balanceText, designWords, stepWords } from '../design-words.ts'
import { changeAnswer, designAnswer } from '../json-answers.ts'
import { time } from '../words.ts'

/** The commands that change the design of a running lab. None of them costs a visitor a request. */

export interface BalanceChoice extends LabChoice {
  readonly balancer?: string
  readonly weight?: readonly { readonly server: string; readonly weight: number }[]
  readonly preset?: BalancePreset
  readonly backup?: readonly string[]
  readonly active?: readonly string[]
}

/** Adds a server pair; answers when it takes its share. */
export async function scaleAdd(context: CommandContext, choice: LabChoice): Promise<void> {
  const start = performance.now()
  const pair = await withDesign(context, choice, (lab) => lab.run('addServerPair', {}))
  context.out.result(
    pair,
    () => `${pair.host} (${pair.web}, ${pair.app}) takes its share after ${time(performance.now() - start)}.`,
  )
}

/** Drains and removes a server pair; without a name the last one. */
export async function scaleRemove(context: CommandContext, host: string | undefined, choice: LabChoice): Promise<void> {
  const start = performance.now()
  const gone = await withDesign(context, choice, async (lab) => {
    const { state } = await lab.subscribe()
    const chosen = host ?? state.design.pairs.at(-1)?.host
    if (chosen === undefined) throw new LabError('PAIR_NO_MODEL')
    await lab.run('removeServerPair', { host: chosen })
    return chosen
  })
  context.out.result({ host: gone }, () => `${gone} is drained and gone after ${time(performance.now() - start)}.`)
}

/** Changes how requests are shared, and shows how they are. */
export async function balance(
  context: CommandContext,
  algorithm: BalanceAlgorithm | undefined,
  choice: BalanceChoice,
): Promise<void> {
  const balancer = choice.balancer === undefined ? {} : { balancer: choice.balancer }
  const design = await withDesign(context, choice, async (lab) => {
    if (algorithm !== undefined) await unlessSo(lab.run('setAlgorithm', { ...balancer, algorithm }))
    if (choice.preset !== undefined) await unlessSo(lab.run('applyPreset', { ...balancer, preset: choice.preset }))
    // First who works, then who waits: so that never nobody works.
    for (const server of choice.active ?? [])
      await unlessSo(lab.run('setServerBackup', { ...balancer, server, backup: false }))
    for (const server of choice.backup ?? [])
      await unlessSo(lab.run('setServerBackup', { ...balancer, server, backup: true }))
    for (const { server, weight } of choice.weight ?? [])
      await unlessSo(lab.run('setServerWeight', { ...balancer, server, weight }))
    return (await lab.subscribe()).state.design
  })
  context.out.result(designAnswer(design), () => balanceText(design.balancers, context.out))
}

/** A wish that is fulfilled already is no failure for a script. */
async function unlessSo(change: Promise<ChangeDone>): Promise<void> {
  await change.catch((error: unknown) => {
    if (!(error instanceof LabError) || error.code !== 'DESIGN_NOTHING') throw error
  })
}

export async function undoOrRedo(context: CommandContext, way: 'undo' | 'redo', choice: LabChoice): Promise<void> {
  const done = await withDesign(context, choice, (lab) => lab.run(way, {}))
  context.out.result(changeAnswer(done), () => designWords(done))
}

export async function resetDesign(context: CommandContext, choice: LabChoice): Promise<void> {
  const done = await withDesign(context, choice, (lab) => lab.run('resetDesign', {}))
  context.out.result(changeAnswer(done), () => designWords(done))
}

/** Tells each step of a change as it comes. */
function withDesign<Value>(
  context: CommandContext,
  choice: LabChoice,
  work: (lab: ConnectedLab) => Promise<Value>,
): Promise<Value> {
  let last: DesignWork | null = null
  const onEvents = (events: readonly LabEvent[]): void => {
    for (const event of events) {
      if (event.type !== 'designChanged') continue
      const { work: now } = event.design
      if (now?.step && (now.step !== last?.step || now.place !== last.place)) context.out.say(stepWords(now))
      last = now
    }
  }
  return withLab(
    context,
    choice,
    async (lab) => {
      await lab.subscribe()
      return work(lab)
    },
    { onEvents },
  )
}
