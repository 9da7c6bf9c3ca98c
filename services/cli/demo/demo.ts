import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withEngine, type CommandContext } from '../context.ts'
import { LabFollower } from '../lab-follower.ts'
import { time } from '../words.ts'
import { DemoReport } from './demo-report.ts'
import { PidWatch } from './pid-watch.ts'
import { bringUp } from './steps/bring-up.ts'
import { deployNewRelease } from './steps/deploy-new-release.ts'
import { followOneRequest } from './steps/follow-one-request.ts'
import { killWhileRequesting } from './steps/kill-while-requesting.ts'
import { requestInTurn } from './steps/request-in-turn.ts'
import { stopEverything } from './steps/stop-everything.ts'

/**
 * The main job by itself, in a temporary workspace: bring up, request, follow, deploy, kill, bring back, stop. Every step is
 * checked; the first thing that is not as it should be ends the demo with `DEMO_FAILED` and the reason.
 */
export async function demo(context: CommandContext): Promise<void> {
  const { out, interrupt } = context
  const start = performance.now()
  const report = new DemoReport(out)
  const workspace = await mkdtemp(join(tmpdir(), 'hoplab-demo-'))
  try {
    await withEngine(context, async (engine) => {
      const pids = new PidWatch()
      const lab = new LabFollower(engine, (event) => pids.take(event))
      const stage = { engine, lab, pids, report, workspace }
      try {
        await interrupt.during(bringUp(stage))
        await interrupt.during(requestInTurn(stage))
        await interrupt.during(followOneRequest(stage))
        await interrupt.during(deployNewRelease(stage))
        await interrupt.during(killWhileRequesting(stage))
        await interrupt.during(stopEverything(stage))
      } finally {
        lab.close()
      }
    })
  } finally {
    await rm(workspace, { recursive: true, force: true })
  }
  const totalMs = performance.now() - start
  out.result({ ok: true, steps: report.steps, totalMs: Math.round(totalMs) }, () =>
    out.style('good', `Everything was as it should be, in ${time(totalMs)}.`),
  )
}
