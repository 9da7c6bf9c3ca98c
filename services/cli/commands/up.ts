import type { LabState } from '../../contract/index.ts'
import { openControl } from '../../engine/channel/open-control.ts'
import type { StartPlan } from '../../engine/index.ts'
import { fromWhereOneStands, withEngine, type CommandContext } from '../context.ts'
import { statusAnswer } from '../json-answers.ts'
import { LabFollower } from '../lab-follower.ts'
import { count, eventText, hintLines, labText, time } from '../words.ts'

export const DEFAULT_TOPOLOGY = '1-distributed_web_infrastructure'

/** Runs a lab in this process until Ctrl-C, or until it is stopped from elsewhere (`lab down`). */
export async function up(context: CommandContext, name: string, plan: StartPlan): Promise<void> {
  const { world, out, interrupt } = context
  await withEngine(context, async (engine) => {
    const { stateDir } = world.engineOptions
    const control = await openControl(engine, { stateDir, platform: world.platform })
    let announcedSeq = Infinity
    const follower = new LabFollower(engine, (event) => {
      if (event.seq > announcedSeq) out.stream(event, eventText(event))
    })
    try {
      const start = performance.now()
      out.say(`Starting ${name} ...`)
      const state = await interrupt.during(engine.startLab(plan))
      announce(context, state, performance.now() - start)
      announcedSeq = state.seq
      await Promise.race([interrupt.happened, follower.waitFor(({ phase }) => phase === 'idle')])
    } finally {
      const running = follower.state.services.filter(({ pid }) => pid !== null).length
      if (running > 0) out.say(`Stopping ${count(running, 'process', 'processes')} ...`)
      const start = performance.now()
      await engine.dispose()
      follower.close()
      await control.close()
      if (running > 0) out.say(`Everything stopped in ${time(performance.now() - start)}.`)
    }
  })
}

/** A topology by its name, or a file of the person's own. */
export function startPlan(topology: string, workspace: string | undefined): StartPlan {
  return {
    topology: /\.ya?ml$/.test(topology) ? { file: fromWhereOneStands(topology) } : topology,
    ...(workspace === undefined ? {} : { workspace: fromWhereOneStands(workspace) }),
  }
}

function announce({ out }: CommandContext, state: LabState, tookMs: number): void {
  out.result(statusAnswer(state), () => {
    const hints = hintLines(state).map((hint) => `  ${hint}`)
    const ready = `${count(state.services.length, 'process', 'processes')} ready in ${time(tookMs)}.`
    return ['', labText(state, out), '', `${ready} Try, in another shell:`, ...hints, '', 'Ctrl-C stops the lab.'].join(
      '\n',
    )
  })
}
