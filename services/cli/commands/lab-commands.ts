import type { ServiceAction } from '../../contract/index.ts'
import { LabError } from '../../contract/index.ts'
import { runningLabs, withEngine, withLab, type CommandContext, type LabChoice, type World } from '../context.ts'
import { requestAnswer, serviceAnswer, statusAnswer } from '../json-answers.ts'
import { LabFollower } from '../lab-follower.ts'
import { table } from '../output.ts'
import { labText, requestText, time } from '../words.ts'

/** The commands that talk to a lab that runs in another process, each one question and one answer. */

export async function status(context: CommandContext, choice: LabChoice): Promise<void> {
  const { state } = await withLab(context, choice, (lab) => lab.subscribe())
  context.out.result(statusAnswer(state), () => labText(state, context.out))
}

export async function request(context: CommandContext, url: string | undefined, choice: LabChoice): Promise<void> {
  const result = await withLab(context, choice, (lab) => lab.run('sendRequest', url === undefined ? {} : { url }))
  if (result.failure) throw new LabError(result.failure.code, result.failure.params)
  context.out.result(requestAnswer(result), () => requestText(result, context.out))
}

export async function act(
  context: CommandContext,
  action: ServiceAction,
  service: string,
  choice: LabChoice,
): Promise<void> {
  const start = performance.now()
  const after = await withLab(context, choice, (lab) => lab.run('actOnService', { service, action }))
  const pid = after.pid === null ? '' : ` (pid ${after.pid})`
  context.out.result(
    serviceAnswer(after),
    () => `${after.id} is ${after.state}${pid} after ${time(performance.now() - start)}.`,
  )
}

/** How long a lab's process may take to be gone after its lab has stopped. */
const GONE_LIMIT_MS = 5000
const GONE_CHECK_MS = 50

export async function down(context: CommandContext, choice: LabChoice): Promise<void> {
  const start = performance.now()
  const topology = await withLab(context, choice, async (lab, record) => {
    // The process of `lab up` may be gone before its last answer is read; then the lab is down all the same.
    const failure = await lab.run('stopLab', {}).then(
      () => null,
      (error: unknown) => ({ error }),
    )
    const isDown = await isGone(context.world, record.pid)
    if (failure && !isDown) throw failure.error
    return record.topology
  })
  context.out.result({ topology, stopped: true }, () => `${topology} stopped in ${time(performance.now() - start)}.`)
}

async function isGone(world: World, pid: number): Promise<boolean> {
  const endMs = performance.now() + GONE_LIMIT_MS
  while (performance.now() < endMs) {
    const labs = await runningLabs(world)
    if (labs.every((record) => record.pid !== pid)) return true
    await new Promise((resolve) => setTimeout(resolve, GONE_CHECK_MS))
  }
  return false
}

export async function topologies(context: CommandContext): Promise<void> {
  const known = await withEngine(context, async (engine) => {
    const follower = new LabFollower(engine)
    return follower.run('listTopologies', {}).finally(() => follower.close())
  })
  const answer = known.map(({ id, file, hosts, failure }) => ({
    id,
    file,
    services: hosts.flatMap(({ services }) => services.map((service) => service.id)),
    error: failure && { code: failure.code, message: failure.message },
  }))
  context.out.result({ topologies: answer }, () =>
    table(
      answer.map(({ id, services, error }) => [id, error ? error.message : services.join(' ')]),
      (cell) => cell.length,
    ),
  )
}
