import { time } from '../../words.ts'
import { askTimes, check, isGood, outcome, webServerOf, type Stage } from '../stage.ts'

const REQUESTS = 6

export async function requestInTurn(stage: Stage): Promise<void> {
  const { lab, report } = stage
  await report.step('Open the front page as a browser would.', async () => {
    const page = await lab.run('sendRequest', {})
    check(isGood(page), `the front page was answered with ${outcome(page)}.`)
    const broken = page.assets.filter(({ status }) => status !== 200).map(({ path }) => path)
    check(broken.length === 0, `the page's files ${broken.join(', ')} did not come.`)
    const { dnsMs, connectMs, firstByteMs, totalMs } = page.phases
    const phases = `DNS ${time(dnsMs)}, connect ${time(connectMs)}, first byte ${time(firstByteMs)}, total ${time(totalMs)}`
    const files = `${page.assets.length} files of the page came too`
    return `${page.url} is ${page.resolved?.address ?? '?'}: ${page.status} via ${page.via.join(' > ')} (${phases}); ${files}.`
  })

  await report.step(`Send ${REQUESTS} requests: both servers answer in turn.`, async () => {
    const answers = await askTimes(stage, REQUESTS)
    const servers = answers.map((answer) => webServerOf(stage, answer))
    const inTurn = servers.every((server, index) => index === 0 || server !== servers[index - 1])
    check(inTurn, `the servers did not answer in turn: ${servers.join(', ')}.`)
    return `${servers.join(', ')}.`
  })
}
