import { cp, lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { LabPlan } from '../plan/lab-plan.ts'
import type { Codebase } from '../workspace/codebase.ts'
import { isThere } from '../workspace/is-there.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { copyDatabase } from './copy-database.ts'

/** What a copy of the state needs of the lab. */
export interface StateGround {
  readonly plan: LabPlan
  readonly workspace: Workspace
  readonly codebases: ReadonlyMap<string, Codebase>
  readonly nodePath: string
  readonly programsDir: string
}

const MANIFEST = 'state.json'
/** Of a codebase: what is copied. `current` is a link, and stands in the manifest. */
const CODEBASE_PARTS = ['releases', 'shared', '.unpacked'] as const
/** What SQLite keeps beside a file in WAL mode (https://www.sqlite.org/wal.html section 2). */
const SQLITE_COMPANIONS = ['-wal', '-shm'] as const

const manifestSchema = z.object({
  takenAtMs: z.number(),
  /** Of all that was copied. */
  bytes: z.number(),
  hosts: z.array(z.object({ host: z.string(), release: z.string().nullable() })),
  databases: z.array(z.object({ host: z.string(), file: z.string() })),
})
export type StateManifest = z.infer<typeof manifestSchema>

/** Copies the codebases and databases of a lab, running or not, into a folder. Throws `SNAPSHOT_FAILED`. */
export async function copyState(ground: StateGround, folder: string): Promise<StateManifest> {
  const hosts: { host: string; release: string | null }[] = []
  for (const [host, codebase] of ground.codebases) {
    const target = join(folder, 'hosts', host, 'codebase')
    await mkdir(target, { recursive: true })
    for (const part of CODEBASE_PARTS) await copyPlain(join(codebase.folder, part), join(target, part))
    hosts.push({ host, release: await codebase.current() })
  }
  const databases: { host: string; file: string }[] = []
  for (const { host, spec } of ground.plan.ofRole('database')) {
    const file = ground.workspace.databasePath(host, spec.file)
    if (!(await isThere(file))) continue
    await copyDatabase({ ...ground, file, copy: join(folder, 'hosts', host, 'data', spec.file) })
    databases.push({ host, file: spec.file })
  }
  const manifest = { takenAtMs: Date.now(), bytes: await sizeOf(folder), hosts, databases }
  await writeFile(join(folder, MANIFEST), JSON.stringify(manifest, null, 2))
  return manifest
}

/** The manifest of a copy; null where there is none that can be read. */
export async function readManifest(folder: string): Promise<StateManifest | null> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')))
  } catch {
    return null
  }
}

/**
 * Puts the codebases and databases of a copy in place. The processes that use them have been stopped. Hosts that the lab
 * has and the copy has not stay as they are; answers which hosts changed their live release.
 */
export async function putStateBack(
  ground: StateGround,
  folder: string,
  { hosts, databases }: StateManifest,
): Promise<readonly { readonly host: string; readonly from: string | null; readonly to: string }[]> {
  const switched: { host: string; from: string | null; to: string }[] = []
  for (const { host, release } of hosts) {
    const codebase = ground.codebases.get(host)
    if (codebase === undefined) continue
    const from = await codebase.current()
    for (const part of CODEBASE_PARTS) await swapIn(join(folder, 'hosts', host, 'codebase', part), codebase.folder)
    if (release !== null) await codebase.switchTo(release)
    if (release !== null && release !== from) switched.push({ host, from, to: release })
  }
  for (const { host, spec } of ground.plan.ofRole('database')) {
    if (!databases.some((one) => one.host === host && one.file === spec.file)) continue
    const file = ground.workspace.databasePath(host, spec.file)
    const copy = `${file}.partial`
    await mkdir(join(file, '..'), { recursive: true })
    await cp(join(folder, 'hosts', host, 'data', spec.file), copy)
    for (const companion of SQLITE_COMPANIONS) await rm(file + companion, { force: true })
    await rename(copy, file)
  }
  return switched
}

/** Replaces the file or folder of the same name; the old one is there until the new one is whole. */
async function swapIn(from: string, folder: string): Promise<void> {
  const target = join(folder, basename(from))
  const [fresh, old] = [`${target}.partial`, `${target}.old`]
  for (const leftover of [fresh, old]) await rm(leftover, { recursive: true, force: true })
  await copyPlain(from, fresh)
  if (await isThere(target)) await rename(target, old)
  if (await isThere(fresh)) await rename(fresh, target)
  await rm(old, { recursive: true, force: true })
}

/** Files and folders only: a link could lead out of the workspace. What is not there is left out. */
export async function copyPlain(from: string, to: string): Promise<void> {
  if (!(await isThere(from))) return
  await cp(from, to, { recursive: true, filter: async (path) => isPlain(path) })
}

async function isPlain(path: string): Promise<boolean> {
  if (path.endsWith('.partial') || path.endsWith('.tmp')) return false
  const stats = await lstat(path)
  return stats.isFile() || stats.isDirectory()
}

/** Bytes of all files below a folder. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
