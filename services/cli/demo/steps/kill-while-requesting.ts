import type { RequestResult } from '../../../contract/index.ts'
import { time } from '../../words.ts'
import { askApplication, askTimes, check, isGood, outcome, unique, webServerOf, type Stage } from '../stage.ts'

/** As many requests at a time as a few people would have under way. */
const REQUESTERS = 4
const REQUESTS_BEFORE = 40
const REQUESTS_AFTER = 80
const NOTICE_LIMIT_MS = 10_000

export async function killWhileRequesting(stage: Stage): Promise<void> {
  const { lab, report } = stage
  const victim = lab.state.services.find(({ role }) => role === 'web-server')?.id
  check(victim !== undefined, 'the lab has no web server.')
  // Else the lab itself might bring the server back before the person does.
  await lab.run('setAutomaticRestart', { service: victim, enabled: false })

  await report.step(`Kill ${victim} (SIGKILL) while requests go on.`, () => kill(stage, victim))

  await report.step(`Bring ${victim} back.`, async () => {
    await lab.run('actOnService', { service: victim, action: 'start' })
    const isBack = await lab.waitFor(
      ({ backends }) => backends.some(({ service, state }) => service === victim && state === 'up'),
      NOTICE_LIMIT_MS,
    )
    check(isBack, `the load balancer did not take ${victim} back.`)
    const answering = unique((await askTimes(stage, 4)).map((answer) => webServerOf(stage, answer)))
    check(answering.includes(victim), `${victim} answers no requests: ${answering.join(', ')}.`)
    return `It is ready, the load balancer took it back, and it answers again.`
  })
}

async function kill(stage: Stage, victim: string): Promise<string> {
  const { lab } = stage
  const answers: RequestResult[] = []
  let goOn = true
  const ask = async (): Promise<void> => {
    while (goOn) answers.push(await askApplication(stage))
  }
  const requesters = Promise.all(Array.from({ length: REQUESTERS }, ask))
  try {
    await answersToReach(answers, REQUESTS_BEFORE, requesters)
    const killedAt = performance.now()
    await lab.run('actOnService', { service: victim, action: 'kill' })
    const isNoticed = await lab.waitFor(
      ({ backends }) => backends.some(({ service, state }) => service === victim && state === 'down'),
      NOTICE_LIMIT_MS,
    )
    check(isNoticed, `the load balancer did not notice that ${victim} is gone.`)
    const noticedMs = performance.now() - killedAt
    await answersToReach(answers, answers.length + REQUESTS_AFTER, requesters)
    goOn = false
    await requesters
    return verdict(stage, victim, answers, noticedMs)
  } finally {
    goOn = false
    await requesters.catch(() => undefined)
  }
}

/** Waits until so many answers are there; requesters that fail end the waiting. */
async function answersToReach(
  answers: readonly unknown[],
  wanted: number,
  requesters: Promise<unknown>,
): Promise<void> {
  while (answers.length < wanted) {
    await Promise.race([requesters, new Promise((resolve) => setTimeout(resolve, 10))])
  }
}

function verdict(stage: Stage, victim: string, answers: readonly RequestResult[], noticedMs: number): string {
  const bad = answers.filter((answer) => !isGood(answer))
  check(
    bad.length === 0,
    `${bad.length} of ${answers.length} requests failed, first: ${bad.slice(0, 1).map(outcome).join()}.`,
  )
  const last = unique(answers.slice(-REQUESTS_AFTER / 2).map((answer) => webServerOf(stage, answer)))
  check(!last.includes(victim), `${victim} is said to have answered after its death.`)
  const noticed = `the load balancer noticed after ${time(noticedMs)}`
  return `All ${answers.length} requests were answered; ${noticed}, from then on ${last.join(', ')} answered alone.`
}
