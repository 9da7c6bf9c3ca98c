import { auditKey, LabError, type AuditState, type LabEvent, type ReportFormat } from '../../contract/index.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../contract/index.ts'
import { connectToLab } from '../../engine/channel/connect-to-lab.ts'
import { auditRowText, auditStepText, auditText } from '../audit-words.ts'
import { chooseLab, withEngine, type CommandContext, type LabChoice } from '../context.ts'
import { CliError, ReportedFailure } from '../failures.ts'
import { auditAnswer } from '../json-answers.ts'
import { LabFollower } from '../lab-follower.ts'
import { writeReport } from './deploy.ts'

export interface AuditChoice extends LabChoice {
  readonly predict?: boolean
  readonly prove?: boolean
  /** A topology that is not running: it is predicted from its file, or started, proved and stopped again. */
  readonly topology?: string
  readonly report?: { readonly file: string; readonly format: ReportFormat }
}

type Run = <Name extends CommandName>(command: Name, input: CommandInput<Name>) => Promise<CommandOutput<Name>>

/**
 * Looks for single points of failure: from the plan alone, or by breaking each part of the lab under traffic. Ends with
 * exit code 1 where prediction and proof differ. Ctrl-C stops it; the lab is repaired first.
 */
export async function audit(context: CommandContext, choice: AuditChoice): Promise<void> {
  const result = choice.topology === undefined ? await inRunningLab(context, choice) : await inOwnLab(context, choice)
  const { out, interrupt } = context
  out.result(auditAnswer(result), () => auditText(result, out))
  if (result.phase === 'predicted') return
  if (interrupt.signal.aborted) throw new CliError('INTERRUPTED', 'Interrupted; the lab is repaired.')
  const differs = result.rows.some(({ agree }) => agree === false)
  if (result.phase === 'done' && result.repaired === true && !differs) return
  if (!out.json && result.failure !== null) throw new LabError(result.failure.code, result.failure.params)
  throw new ReportedFailure()
}

async function inRunningLab(context: CommandContext, choice: AuditChoice): Promise<AuditState> {
  const { world, interrupt } = context
  const record = await chooseLab(world, choice)
  const teller = new ProgressTeller(context)
  const lab = await interrupt.during(connectToLab(record, { onEvents: (events) => teller.take(events) }))
  const gone = lab.closed.then(() => {
    throw new LabError('LAB_NOT_RUNNING')
  })
  try {
    await lab.subscribe()
    const run: Run = (command, input) => lab.run(command, input)
    return await Promise.race([work(context, choice, run), gone])
  } finally {
    lab.close()
  }
}

function inOwnLab(context: CommandContext, choice: AuditChoice): Promise<AuditState> {
  const { topology = '' } = choice
  return withEngine(context, async (engine) => {
    const teller = new ProgressTeller(context)
    const follower = new LabFollower(engine, (event) => teller.take([event]))
    const run: Run = (command, input) => follower.run(command, input)
    try {
      if (choice.predict !== true) await context.interrupt.during(run('startLab', { topology }))
      return await work(context, choice, run)
    } finally {
      follower.close()
    }
  })
}

async function work({ interrupt }: CommandContext, choice: AuditChoice, run: Run): Promise<AuditState> {
  const { report } = choice
  const named = choice.topology === undefined || choice.predict !== true ? {} : { topology: choice.topology }
  const result = await (choice.predict === true ? run('predictAudit', named) : prove(run, interrupt.happened))
  if (report !== undefined) {
    // The prediction for the running lab, also where a proof was made earlier.
    const source = choice.predict === true ? { topology: result.topology } : {}
    const { text } = await run('renderAudit', { format: report.format, ...source })
    await writeReport(report.file, text)
  }
  return result
}

/** At Ctrl-C the audit answers itself, when the lab is repaired. */
async function prove(run: Run, interrupted: Promise<void>): Promise<AuditState> {
  const refused = interrupted
    .then(() => run('stopAudit', {}))
    .then(
      () => new Promise<never>(() => undefined),
      () => {
        throw new CliError('INTERRUPTED', 'Interrupted.')
      },
    )
  return Promise.race([run('startAudit', {}), refused])
}

/** Says each row when it is finished; at a terminal of a person what is being done is in the row's own line. */
class ProgressTeller {
  readonly #context: CommandContext
  readonly #told = new Set<string>()
  #step = ''

  constructor(context: CommandContext) {
    this.#context = context
  }

  take(events: readonly LabEvent[]): void {
    for (const event of events) {
      if (event.type === 'auditStarted' || event.type === 'auditProgressed') this.#tell(event.audit)
    }
  }

  #tell({ rows, progress }: AuditState): void {
    const { out } = this.#context
    if (progress?.step === 'baseline' && this.#step === '') {
      this.#step = progress.step
      out.say(`First ${auditStepText(progress.step, null)}.`)
    }
    rows.forEach((row) => {
      const isFinished = row.state === 'done' || row.state === 'not-proved'
      if (!isFinished || this.#told.has(auditKey(row))) return
      this.#told.add(auditKey(row))
      out.say(auditRowText(row, this.#told.size, rows.length, out))
    })
  }
}
