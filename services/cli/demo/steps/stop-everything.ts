import { check, type Stage } from '../stage.ts'

/** The design's promise: no process of the lab outlives it by more than this. */
const GONE_LIMIT_MS = 2000

export async function stopEverything({ lab, pids, report }: Stage): Promise<void> {
  await report.step('Stop everything.', async () => {
    await lab.run('stopLab', {})
    const left = await pids.aliveAfter(GONE_LIMIT_MS)
    check(left.length === 0, `processes are left: ${left.join(', ')}.`)
    check(pids.count > 0, 'no process was ever seen.')
    return `None of the ${pids.count} processes that ran is left.`
  })
}
