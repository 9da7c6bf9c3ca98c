import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  LabError,
  type ComparisonState,
  type DeploymentState,
  type LabEvent,
  type LabState,
  type ReportFormat,
  type Strategy,
} from '../../contract/index.ts'
import { connectToLab, type ConnectedLab } from '../../engine/channel/connect-to-lab.ts'
import { chooseLab, type CommandContext, type LabChoice } from '../context.ts'
import { comparisonText, deploymentText, diffText, stepText } from '../deployment-words.ts'
import { CliError, ReportedFailure } from '../failures.ts'
import { isFolder, readFolderRelease } from '../folder-release.ts'
import { comparisonAnswer, deployAnswer } from '../json-answers.ts'

export interface DeployChoice extends LabChoice {
  readonly to?: readonly string[]
  readonly strategy?: Strategy
  readonly rate?: number
}

export interface CompareChoice extends LabChoice {
  readonly strategies?: readonly Strategy[]
  readonly rate?: number
  readonly report?: { readonly file: string; readonly format: ReportFormat }
}

/** Deploys a release, or a folder of the person's own as a new one. Ctrl-C stops it; what was changed goes back. */
export async function deploy(context: CommandContext, wanted: string, choice: DeployChoice): Promise<void> {
  const { to, strategy, rate } = choice
  await withDeployingLab(context, choice, async (lab, state) => {
    const release = isFolder(wanted) ? await importFolder(context, lab, wanted, state) : wanted
    return lab.run('deploy', {
      release,
      ...(to === undefined ? {} : { hosts: [...to] }),
      ...(strategy === undefined ? {} : { strategy }),
      ...(rate === undefined ? {} : { rate }),
    })
  }).then((deployment) => finish(context, deployment))
}

/** Every server back to the release it had before. */
export async function rollback(context: CommandContext, choice: LabChoice & { readonly rate?: number }): Promise<void> {
  const input = choice.rate === undefined ? {} : { rate: choice.rate }
  const deployment = await withDeployingLab(context, choice, (lab) => lab.run('rollback', input))
  finish(context, deployment)
}

/** The strategies one after the other under the same traffic, in one table; and as a file, when one is named. */
export async function compare(
  context: CommandContext,
  release: string | undefined,
  choice: CompareChoice,
): Promise<void> {
  const { strategies, rate, report } = choice
  const comparison = await withDeployingLab(context, choice, async (lab) => {
    const state = await lab.run('compareStrategies', {
      ...(release === undefined ? {} : { release }),
      ...(strategies === undefined ? {} : { strategies: [...strategies] }),
      ...(rate === undefined ? {} : { rate }),
    })
    if (report !== undefined) {
      const { text } = await lab.run('renderComparison', { format: report.format })
      await writeReport(report.file, text)
    }
    return state
  })
  context.out.result(comparisonAnswer(comparison), () => comparisonText(comparison))
  failUnlessAll(comparison)
}

/** Writes a report where the person said. Throws `FILE_UNREADABLE`. */
export async function writeReport(file: string, text: string): Promise<void> {
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), file)
  await writeFile(path, text).catch((error: unknown) => {
    throw new LabError('FILE_UNREADABLE', { path, detail: error instanceof Error ? error.message : String(error) })
  })
}

function failUnlessAll({ rows }: ComparisonState): void {
  if (rows.some(({ state }) => state !== 'done')) throw new ReportedFailure()
}

/** Sends the folder's files and shows what is new in them. Answers the name of the release that was made. */
async function importFolder(
  { out }: CommandContext,
  lab: ConnectedLab,
  folder: string,
  state: LabState,
): Promise<string> {
  const input = await readFolderRelease(
    folder,
    state.releases.map(({ id }) => id),
  )
  const { id } = await lab.run('importRelease', input)
  out.say(`${folder} is release ${id} now.`)
  const live = state.hosts.find((host) => host.release !== null)?.release
  if (live) out.say(diffText(await lab.run('diffReleases', { from: live, to: id }), out))
  return id
}

/** Connects, tells each step as it ends, and stops the deployment at Ctrl-C; then it waits for the way back. */
async function withDeployingLab<Value>(
  context: CommandContext,
  choice: LabChoice,
  work: (lab: ConnectedLab, state: LabState) => Promise<Value>,
): Promise<Value> {
  const { world, out, interrupt } = context
  const record = await chooseLab(world, choice)
  const told = new Set<string>()
  const onEvents = (events: readonly LabEvent[]): void => {
    for (const event of events) {
      if (event.type !== 'deploymentProgressed') continue
      const { id, steps } = event.deployment
      steps.forEach((step, at) => {
        const key = `${id}/${at}`
        if (step.endMs === null || told.has(key)) return
        told.add(key)
        out.say(stepText(step, out))
      })
    }
  }
  const lab = await interrupt.during(connectToLab(record, { onEvents }))
  const gone = lab.closed.then(() => {
    throw new LabError('LAB_NOT_RUNNING')
  })
  // The deployment that is stopped answers itself, when it is back where it was. Where none is under way nobody waits.
  const refused = interrupt.happened
    .then(() => lab.run('stopDeployment', {}))
    .then(
      () => new Promise<never>(() => undefined),
      () => {
        throw new CliError('INTERRUPTED', 'Interrupted.')
      },
    )
  try {
    const { state } = await lab.subscribe()
    return await Promise.race([work(lab, state), gone, refused])
  } finally {
    lab.close()
  }
}

/** Prints the deployment; one that failed ends the command with exit code 1. */
function finish({ out, interrupt }: CommandContext, deployment: DeploymentState): void {
  out.result(deployAnswer(deployment), () => deploymentText(deployment))
  if (deployment.ok === true) return
  if (interrupt.signal.aborted) throw new CliError('INTERRUPTED', 'Interrupted; everything is as it was before.')
  const { failure, release, hosts } = deployment
  if (out.json) throw new ReportedFailure()
  if (failure !== null) throw new LabError(failure.code, failure.params)
  throw new LabError('DEPLOY_FAILED', { release, hosts: hosts.join(', '), detail: 'it did not finish' })
}
