import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import {
  DEPLOY_STEPS,
  STRATEGIES,
  type InterruptedDeployment,
  type PlannedStep,
  type Strategy,
} from '../../contract/index.ts'

const entrySchema = z.object({
  release: z.string(),
  strategy: z.enum(STRATEGIES),
  startedAtMs: z.number(),
  hosts: z.array(z.object({ host: z.string(), from: z.string().nullable() })),
  step: z.object({ name: z.enum(DEPLOY_STEPS), host: z.string() }).nullable(),
})
const journalSchema = z.object({
  /** The deployment under way; null when the last one came to its end. */
  underWay: entrySchema.nullable(),
  /** The release that a host had before the one that it has. */
  previous: z.record(z.string(), z.string()),
})
type JournalFile = z.infer<typeof journalSchema>

export interface JournalEntry {
  readonly release: string
  readonly strategy: Strategy
  readonly startedAtMs: number
  readonly hosts: readonly { readonly host: string; readonly from: string | null }[]
}

/**
 * What a deployment is doing, on disk: written before each step, so that the next start knows what was cut off. It also
 * remembers which release each host had before, for the way back.
 */
export class DeploymentJournal {
  private readonly path: string
  private content: JournalFile = { underWay: null, previous: {} }
  private writing: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** Reads what the last run left. Answers the deployment that it did not finish; null when there is none. */
  async open(current: (host: string) => Promise<string | null>): Promise<InterruptedDeployment | null> {
    const text = await readFile(this.path, 'utf8').catch(() => null)
    if (text === null) return null
    try {
      this.content = journalSchema.parse(JSON.parse(text))
    } catch {
      // Written by another version, or by hand: there is nothing in it to go by.
      return null
    }
    const { underWay } = this.content
    if (underWay === null) return null
    // Told once.
    await this.change({ underWay: null })
    const hosts = await Promise.all(
      underWay.hosts.map(async ({ host, from }) => ({ host, from, now: await current(host) })),
    )
    return { ...underWay, hosts }
  }

  get previous(): Readonly<Record<string, string>> {
    return this.content.previous
  }

  begin(entry: JournalEntry): Promise<void> {
    return this.change({ underWay: { ...entry, hosts: [...entry.hosts], step: null } })
  }

  async step(step: PlannedStep): Promise<void> {
    const { underWay } = this.content
    if (underWay !== null) await this.change({ underWay: { ...underWay, step: { name: step.name, host: step.host } } })
  }

  end(previous: Readonly<Record<string, string>>): Promise<void> {
    return this.change({ underWay: null, previous: { ...previous } })
  }

  /** By an atomic rename: whenever the lab is killed, there is a whole file. */
  private change(change: Partial<JournalFile>): Promise<void> {
    this.content = { ...this.content, ...change }
    const text = JSON.stringify(this.content, null, 2)
    this.writing = this.writing.then(async () => {
      const temporary = `${this.path}.tmp`
      await mkdir(dirname(this.path), { recursive: true })
      await writeFile(temporary, text)
      await rename(temporary, this.path)
    })
    const done = this.writing
    // A disk that is full must not stop the way back; the write that failed is told to its own caller.
    this.writing = done.catch(() => rm(`${this.path}.tmp`, { force: true }))
    return done
  }
}
