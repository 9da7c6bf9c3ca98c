import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/**
 * How other programs of the same person find the labs that run: one owner-only file a lab,
 * `<state folder>/labs/<pid>.json`, there while the lab stands.
 */
const LAB_RECORD = z.strictObject({
  pid: z.int().positive(),
  /** With the pid it names one process for ever; pids are used again. */
  startTime: z.string(),
  endpoint: z.string().min(1),
  token: z.string().min(1),
  topology: z.string(),
  workspace: z.string(),
  startedAtMs: z.number(),
})
export type LabRecord = Readonly<z.infer<typeof LAB_RECORD>>

/** Whether the process with this pid is still the one that started then. */
export type IsAlive = (pid: number, startTime: string) => Promise<boolean>

export async function writeLabRecord(stateDir: string, record: LabRecord): Promise<void> {
  const folder = labsFolder(stateDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  // Written aside and renamed: a reader sees the old record or the new one, never half of it.
  const draft = join(folder, `.${record.pid}.draft`)
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, recordPath(stateDir, record.pid))
}

export async function removeLabRecord(stateDir: string, pid: number): Promise<void> {
  await rm(recordPath(stateDir, pid), { force: true })
}

/** The labs that run, newest first. Records of processes that are gone are removed on the way. */
export async function findLabs(stateDir: string, isAlive: IsAlive): Promise<readonly LabRecord[]> {
  const names = await readdir(labsFolder(stateDir)).catch(() => [])
  const records = await Promise.all(
    names.filter((name) => /^\d+\.json$/.test(name)).map((name) => readRecord(stateDir, name, isAlive)),
  )
  return records.filter((record) => record !== null).sort((left, right) => right.startedAtMs - left.startedAtMs)
}

async function readRecord(stateDir: string, name: string, isAlive: IsAlive): Promise<LabRecord | null> {
  const path = join(labsFolder(stateDir), name)
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  const record = parseRecord(text)
  if (record && (await isAlive(record.pid, record.startTime))) return record
  await rm(path, { force: true })
  return null
}

function parseRecord(text: string): LabRecord | null {
  try {
    return LAB_RECORD.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function labsFolder(stateDir: string): string {
  return join(stateDir, 'labs')
}

function recordPath(stateDir: string, pid: number): string {
  return join(labsFolder(stateDir), `${pid}.json`)
}
