import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, NAME_PATTERN, toFailure, type TopologySummary } from '../contract/index.ts'
import { parseTopology } from '../protocols/topology/parse.ts'
import type { Topology } from '../protocols/topology/schema.ts'
import { linksOf } from '../protocols/topology/links.ts'

const ENDING = '.yaml'

/** In the workspace of a lab that came as a file: the topology that it was built on. */
export const SHIPPED_FILE = 'shipped.yaml'

/** A topology that can be started by its name. */
interface Shelved {
  readonly id: string
  readonly file: string
  /** Of a lab that came as a file: its own folder. */
  readonly workspace: string | null
}

/** The topology files of a folder, and the labs that were opened from files and have their folder among the workspaces. */
export class TopologyShelf {
  private readonly folder: string
  private readonly workspacesDir: string

  constructor(folder: string, workspacesDir: string) {
    this.folder = folder
    this.workspacesDir = workspacesDir
  }

  async names(): Promise<readonly string[]> {
    return (await this.all()).map(({ id }) => id)
  }

  /** Throws `TOPOLOGY_NOT_FOUND`. */
  async find(name: string): Promise<Shelved> {
    const all = await this.all()
    const found = all.find(({ id }) => id === name)
    if (found !== undefined) return found
    throw new LabError('TOPOLOGY_NOT_FOUND', { topology: name, known: all.map(({ id }) => id).join(', ') })
  }

  /** All of them, with what a small drawing needs; a broken file is listed with its failure. */
  async list(): Promise<readonly TopologySummary[]> {
    return Promise.all((await this.all()).map((one) => this.summarise(one)))
  }

  private async all(): Promise<readonly Shelved[]> {
    const files = await readdir(this.folder).catch(() => [])
    const shipped = files
      .filter((file) => file.endsWith(ENDING))
      .sort()
      .map((file) => ({ id: file.slice(0, -ENDING.length), file: join(this.folder, file), workspace: null }))
    const ids = new Set(shipped.map(({ id }) => id))
    const folders = (await readdir(this.workspacesDir).catch(() => [])).filter((id) => NAME_PATTERN.test(id)).sort()
    const opened = folders
      .map((id) => ({ id, workspace: join(this.workspacesDir, id), file: join(this.workspacesDir, id, SHIPPED_FILE) }))
      .filter(({ id, file }) => !ids.has(id) && existsSync(file))
    return [...shipped, ...opened]
  }

  private async summarise({ id, file, workspace }: Shelved): Promise<TopologySummary> {
    const opened = workspace !== null
    try {
      const topology = await loadTopologyFile(file)
      const hosts = Object.entries(topology.hosts).map(([host, spec]) => ({
        id: host,
        kind: spec.kind,
        services: Object.entries(spec.services).map(([service, { role }]) => ({ id: service, role })),
      }))
      return { id, file, opened, hosts, links: linksOf(topology), failure: null }
    } catch (error) {
      return { id, file, opened, hosts: [], links: [], failure: toFailure(error) }
    }
  }
}

/** Reads one topology file. Throws `FILE_UNREADABLE`, or `TOPOLOGY_INVALID` with file, line and what was expected. */
export async function loadTopologyFile(file: string): Promise<Topology> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) throw new LabError('FILE_UNREADABLE', { path: file, detail: 'there is no such file' })
  const parsed = parseTopology(text)
  if (parsed.ok) return parsed.topology
  throw new LabError('TOPOLOGY_INVALID', { file, ...parsed.mistake })
}
