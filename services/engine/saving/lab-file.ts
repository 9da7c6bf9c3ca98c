import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create, extract } from 'tar'
import { z } from 'zod'
import {
  inMebibytes,
  LAB_FILE_ENDING,
  LAB_FILE_LIMITS,
  LabError,
  NAME_PATTERN,
  type LabFile,
} from '../../contract/index.ts'
import { renderTopology } from '../../protocols/topology/render.ts'
import type { Topology } from '../../protocols/topology/schema.ts'
import { DesignSaver } from '../design/saved-design.ts'
import type { Platform } from '../platform/platform.ts'
import { loadTopologyFile, SHIPPED_FILE } from '../topologies.ts'
import { isThere } from '../workspace/is-there.ts'
import { markAsWorkspace } from '../workspace/workspace.ts'
import { copyPlain, copyState, readManifest, type StateGround } from './state-copy.ts'

/** What tells a lab file from any other archive. */
const MARK = 'hoplab.json'
const markSchema = z.object({ format: z.literal('hoplab'), version: z.int().positive() })
/** Of what is in a lab file; a newer program may read older ones. */
const VERSION = 1
const LEDGER = join('.hoplab', 'written.json')
const COPIED_ALREADY: ReadonlySet<string> = new Set(['codebase', 'data'])
const COMMENT = 'The topology that this lab came with.'

interface LabFileGround extends StateGround {
  readonly shipped: Topology
}

/** The lab as one file: topology, design, zones and settings, codebases, databases. Logs and recordings stay behind. */
export async function packLabFile(ground: LabFileGround): Promise<LabFile> {
  const { plan, workspace, shipped } = ground
  const stage = await mkdtemp(join(tmpdir(), 'hoplab-pack-'))
  try {
    const root = join(stage, 'lab')
    await mkdir(root)
    await writeFile(join(root, MARK), JSON.stringify({ format: 'hoplab', version: VERSION }))
    await writeFile(join(root, SHIPPED_FILE), renderTopology(shipped, COMMENT))
    await new DesignSaver(root, shipped).save(plan.topology)
    await copyState(ground, root)
    for (const host of Object.keys(plan.topology.hosts)) await copySettings(workspace.hostFolder(host), root, host)
    await copyPlain(join(workspace.root, LEDGER), join(root, LEDGER))
    const file = join(stage, 'lab.tar.gz')
    await create({ file, cwd: root, gzip: true, portable: true }, ['.'])
    const { size } = await stat(file)
    if (size > LAB_FILE_LIMITS.bytes) throw new LabError('LAB_FILE_TOO_LARGE', inMebibytes(size, LAB_FILE_LIMITS.bytes))
    return { name: shipped.name + LAB_FILE_ENDING, bytes: size, base64: (await readFile(file)).toString('base64') }
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

/** A host's own files: zones, configurations. Codebases and databases have been copied whole already. */
async function copySettings(folder: string, root: string, host: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names)
    if (!COPIED_ALREADY.has(name)) await copyPlain(join(folder, name), join(root, 'hosts', host, name))
}

/**
 * Unpacks a lab file into a new folder among the workspaces, named after the file; answers the folder. Throws
 * `LAB_FILE_INVALID`, `LAB_FILE_NEWER`, `LAB_FILE_TOO_LARGE`; then nothing is left of it.
 */
export async function unpackLabFile(
  bytes: Uint8Array,
  fileName: string,
  { workspacesDir, taken, platform }: { workspacesDir: string; taken: readonly string[]; platform: Platform },
): Promise<string> {
  if (bytes.byteLength > LAB_FILE_LIMITS.bytes)
    throw new LabError('LAB_FILE_TOO_LARGE', inMebibytes(bytes.byteLength, LAB_FILE_LIMITS.bytes))
  await mkdir(workspacesDir, { recursive: true })
  const stage = await mkdtemp(join(workspacesDir, '.opening-'))
  try {
    const archive = join(stage, 'lab.tar.gz')
    const root = join(stage, 'lab')
    await mkdir(root)
    await writeFile(archive, bytes)
    await unpack(archive, root, fileName)
    await checkMark(root, fileName)
    await loadTopologyFile(join(root, SHIPPED_FILE))
    const manifest = await readManifest(root)
    if (manifest === null) throw invalid(fileName, 'its list of releases and databases is missing')
    for (const { host, release } of manifest.hosts) {
      if (!NAME_PATTERN.test(host) || (release !== null && !NAME_PATTERN.test(release)))
        throw invalid(fileName, `"${host}" or its release has a name that no host has`)
      const codebase = join(root, 'hosts', host, 'codebase')
      if (release === null || !(await isThere(join(codebase, 'releases', release)))) continue
      await platform.switchCurrent(codebase, release)
    }
    await markAsWorkspace(root)
    const folder = await freeFolder(workspacesDir, fileName, taken)
    await rename(root, folder)
    return folder
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

/** Plain files and folders only, inside of the folder, and not more than any classroom's lab has. */
async function unpack(archive: string, root: string, fileName: string): Promise<void> {
  let [bytes, files] = [0, 0]
  let refusal: LabError | null = null
  try {
    await extract({
      file: archive,
      cwd: root,
      strict: true,
      // Who opens the file owns what comes out of it, with the rights that new files have here.
      preserveOwner: false,
      noChmod: true,
      filter: (path, entry) => {
        bytes += entry.size ?? 0
        files += 1
        const type = 'type' in entry ? entry.type : null
        if (type !== 'File' && type !== 'Directory') refusal ??= invalid(fileName, `"${path}" in it is no plain file`)
        if (path.startsWith('/') || path.split(/[/\\]/).includes('..'))
          refusal ??= invalid(fileName, `"${path}" in it lies outside of the lab`)
        if (bytes > LAB_FILE_LIMITS.unpackedBytes || files > LAB_FILE_LIMITS.files)
          refusal ??= new LabError('LAB_FILE_TOO_LARGE', inMebibytes(bytes, LAB_FILE_LIMITS.unpackedBytes))
        return refusal === null
      },
    })
  } catch (error) {
    throw refusal ?? invalid(fileName, error instanceof Error ? error.message : String(error))
  }
  if (refusal !== null) throw refusal as LabError
}

async function checkMark(root: string, fileName: string): Promise<void> {
  const text = await readFile(join(root, MARK), 'utf8').catch(() => null)
  if (text === null) throw invalid(fileName, 'it is an archive of something else')
  const mark = markSchema.safeParse(parseJson(text))
  if (!mark.success) throw invalid(fileName, `${MARK} in it is not readable`)
  if (mark.data.version > VERSION) throw new LabError('LAB_FILE_NEWER', { file: fileName })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** `My class (2).hoplab` becomes `my-class-2`; a name that is taken gets a number. */
async function freeFolder(workspacesDir: string, fileName: string, taken: readonly string[]): Promise<string> {
  const plain = fileName
    .replace(/\.hoplab$/i, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 50)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
  const base = plain === '' ? 'lab' : plain
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`
    if (!taken.includes(name) && !(await isThere(join(workspacesDir, name)))) return join(workspacesDir, name)
  }
}

function invalid(file: string, detail: string): LabError {
  return new LabError('LAB_FILE_INVALID', { file, detail })
}
