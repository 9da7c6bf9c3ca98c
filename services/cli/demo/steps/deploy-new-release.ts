import { time } from '../../words.ts'
import { askTimes, check, unique, webServerOf, type Stage } from '../stage.ts'

const RELEASE = 'v2'

export async function deployNewRelease(stage: Stage): Promise<void> {
  const { lab, report } = stage
  await report.step(`Deploy release ${RELEASE} to all servers.`, async () => {
    const deployment = await lab.run('deploy', { release: RELEASE })
    const failed = deployment.results.find(({ ok }) => !ok)
    check(deployment.ok === true, `${failed?.host ?? 'the deployment'}: ${failed?.failure?.message ?? 'it failed'}`)
    const hosts = deployment.results.map(
      ({ host, from, to, outageMs }) => `${host} ${from ?? '-'} > ${to} (${time(outageMs)})`,
    )
    return `${hosts.join(', ')}.`
  })

  await report.step(`Look at what the servers answer now.`, async () => {
    const servers = lab.state.services.filter(({ role }) => role === 'web-server').length
    const isUp = await lab.waitFor(
      ({ backends }) => backends.filter(({ state }) => state === 'up').length === servers,
      10_000,
    )
    check(isUp, 'the load balancer did not take all servers back after the deployment.')
    const answers = await askTimes(stage, 2 * servers)
    const releases = unique(answers.map(({ release }) => release ?? 'no release'))
    check(releases.join() === RELEASE, `the answers came from ${releases.join(', ')}.`)
    const answering = unique(answers.map((answer) => webServerOf(stage, answer)))
    check(answering.length === servers, `only ${answering.join(', ')} answered.`)
    return `${answering.join(' and ')} answer with ${RELEASE}.`
  })
}
