import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../contract/index.ts'
import type { Platform } from '../platform/platform.ts'
import { ManagedFiles } from './managed-files.ts'

/** Who uses the workspace now; its presence also marks the folder as a workspace. */
const ownerSchema = z.object({ pid: z.int().positive().nullable(), startTime: z.string() })

/** The lab's folder. Everything in it is a plain file. */
export class Workspace {
  readonly root: string
  readonly files: ManagedFiles

  private constructor(root: string) {
    this.root = root
    this.files = new ManagedFiles(root, join(root, '.hoplab', 'written.json'))
  }

  /** Opens or creates it, and marks it as used by this process. Throws `WORKSPACE_...`. */
  static async open(root: string, platform: Platform): Promise<Workspace> {
    try {
      await mkdir(root, { recursive: true })
      await refuseForeign(root, platform)
      for (const folder of ['.hoplab', 'hosts', 'logs']) await mkdir(join(root, folder), { recursive: true })
      await writeOwner(root, { pid: process.pid, startTime: (await platform.startTime(process.pid)) ?? '' })
    } catch (error) {
      if (error instanceof LabError) throw error
      throw new LabError('WORKSPACE_FAILED', { workspace: root, detail: detailOf(error) })
    }
    return new Workspace(root)
  }

  /** Files of one host. */
  hostFolder(host: string, ...parts: readonly string[]): string {
    return join(this.root, 'hosts', host, ...parts)
  }

  databasePath(host: string, file: string): string {
    return this.hostFolder(host, 'data', file)
  }

  logPath(service: string): string {
    return join(this.root, 'logs', `${service}.log`)
  }

  /** Gives the folder free; its files stay. */
  async close(): Promise<void> {
    await writeOwner(this.root, { pid: null, startTime: '' }).catch(() => undefined)
  }

  /** Removes the folder with everything in it; only for labs that were made to be thrown away. */
  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true })
  }
}

/** Makes a folder that was filled by hand a workspace that nobody uses. */
export async function markAsWorkspace(root: string): Promise<void> {
  await mkdir(join(root, '.hoplab'), { recursive: true })
  await writeOwner(root, { pid: null, startTime: '' })
}

function ownerPath(root: string): string {
  return join(root, '.hoplab', 'lab.json')
}

async function writeOwner(root: string, owner: z.infer<typeof ownerSchema>): Promise<void> {
  await writeFile(ownerPath(root), JSON.stringify(owner))
}

async function refuseForeign(root: string, platform: Platform): Promise<void> {
  const text = await readFile(ownerPath(root), 'utf8').catch(() => null)
  if (text === null) {
    if ((await readdir(root)).length > 0) throw new LabError('WORKSPACE_NOT_EMPTY', { workspace: root })
    return
  }
  const owner = readOwner(text)
  if (owner === null || owner.pid === null) return
  if (await platform.isAlive(owner.pid, owner.startTime))
    throw new LabError('WORKSPACE_IN_USE', { workspace: root, pid: owner.pid })
}

/** Null when the file was cut short by a crash: then nobody uses the folder. */
function readOwner(text: string): z.infer<typeof ownerSchema> | null {
  try {
    return ownerSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function detailOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'this user may not write there'
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'it is a file, not a folder'
  return error instanceof Error ? error.message : String(error)
}
