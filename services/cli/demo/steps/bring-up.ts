import { DEFAULT_TOPOLOGY } from '../../commands/up.ts'
import { check, type Stage } from '../stage.ts'

/** The events reach a client in batches; this long after the start at most it has seen them all. */
const EVENTS_LIMIT_MS = 5000

export async function bringUp({ engine, lab, report, workspace }: Stage): Promise<void> {
  await report.step(`Bring up ${DEFAULT_TOPOLOGY} as real processes.`, async () => {
    const { services, seq } = await engine.startLab({ topology: DEFAULT_TOPOLOGY, workspace })
    const late = services.filter(({ state }) => state !== 'ready').map(({ id, state }) => `${id} is ${state}`)
    check(late.length === 0, `${late.join(', ')}.`)
    check(await lab.waitFor((state) => state.seq >= seq, EVENTS_LIMIT_MS), 'the events of the start did not come.')
    const places = services.map(({ id, address, port }) => `${id} ${address}:${port}`)
    return `${places.length} processes are ready: ${places.join(', ')}.`
  })
}
