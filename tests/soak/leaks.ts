import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isProcessAlive, type TestEngine } from '../engine.ts'

/** What a lab holds of the system, to compare before and after. Only Linux tells; elsewhere the counts are null. */
export interface Holdings {
  /** Files and sockets that the engine has open. */
  readonly engineFiles: number | null
  /** The same of each service, by its id. */
  readonly serviceFiles: ReadonlyMap<string, number | null>
}

/** Open files of pooled connections come and go; a leak grows with the number of faults. */
const FILES_TOLERANCE = 24

export async function holdingsOf(lab: TestEngine): Promise<Holdings> {
  const { services } = lab.state()
  const counts = await Promise.all(
    services.map(async ({ id, pid }) => [id, pid === null ? null : await openFiles(pid)] as const),
  )
  return { engineFiles: await openFiles(process.pid), serviceFiles: new Map(counts) }
}

/** A sentence for each thing that grew. */
export function growth(before: Holdings, after: Holdings): readonly string[] {
  const pairs: readonly (readonly [string, number | null, number | null])[] = [
    ['the engine', before.engineFiles, after.engineFiles],
    ...[...after.serviceFiles].map(([id, count]) => [id, before.serviceFiles.get(id) ?? null, count] as const),
  ]
  return pairs.flatMap(([who, was, is]) =>
    was !== null && is !== null && is > was + FILES_TOLERANCE ? [`${who} has ${is} files open, before ${was}`] : [],
  )
}

/** After the lab's end: processes that live on, and runs that are still in the registry. */
export async function leftBehind(pids: ReadonlySet<number>, stateDir: string): Promise<readonly string[]> {
  const alive = await Promise.all([...pids].map(async (pid) => ({ pid, lives: await isProcessAlive(pid) })))
  const runs = await readdir(join(stateDir, 'runs')).catch(() => [])
  return [
    ...alive.filter(({ lives }) => lives).map(({ pid }) => `process ${pid} lives on`),
    ...runs.map((run) => `the run ${run} is still registered`),
  ]
}

async function openFiles(pid: number): Promise<number | null> {
  return readdir(`/proc/${pid}/fd`).then(
    (files) => files.length,
    () => null,
  )
}
