import { DEFAULT_TOPOLOGY } from '../../commands/up.ts'
import { check, type Stage } from '../stage.ts'

export async function bringUp({ engine, lab, report, workspace }: Stage): Promise<void> {
  await report.step(`Bring up ${DEFAULT_TOPOLOGY} as real processes.`, async () => {
    await engine.startLab({ topology: DEFAULT_TOPOLOGY, workspace })
    const isReady = await lab.waitFor(({ services }) => services.every(({ state }) => state === 'ready'), 1000)
    const late = lab.state.services.filter(({ state }) => state !== 'ready').map(({ id }) => id)
    check(isReady, `${late.join(', ')} did not become ready.`)
    const places = lab.state.services.map(({ id, address, port }) => `${id} ${address}:${port}`)
    return `${places.length} processes are ready: ${places.join(', ')}.`
  })
}
