import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, toFailure, type TopologySummary } from '../contract/index.ts'
import { parseTopology } from '../protocols/topology/parse.ts'
import type { Topology } from '../protocols/topology/schema.ts'
import { linksOf } from './plan/lab-plan.ts'

const ENDING = '.yaml'

/** The topology files of a folder. */
export class TopologyShelf {
  private readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  async names(): Promise<readonly string[]> {
    const files = await readdir(this.folder).catch(() => [])
    return files
      .filter((file) => file.endsWith(ENDING))
      .map((file) => file.slice(0, -ENDING.length))
      .sort()
  }

  /** Throws `TOPOLOGY_NOT_FOUND`, or `TOPOLOGY_INVALID` with file, line and what was expected. */
  async load(name: string): Promise<Topology> {
    const known = await this.names()
    if (!known.includes(name)) throw new LabError('TOPOLOGY_NOT_FOUND', { topology: name, known: known.join(', ') })
    return loadTopologyFile(join(this.folder, name + ENDING))
  }

  /** All of them, with what a small drawing needs; a broken file is listed with its failure. */
  async list(): Promise<readonly TopologySummary[]> {
    return Promise.all((await this.names()).map((name) => this.summarise(name)))
  }

  private async summarise(id: string): Promise<TopologySummary> {
    const file = join(this.folder, id + ENDING)
    try {
      const topology = await this.load(id)
      const hosts = Object.entries(topology.hosts).map(([host, spec]) => ({
        id: host,
        kind: spec.kind,
        services: Object.entries(spec.services).map(([service, { role }]) => ({ id: service, role })),
      }))
      return { id, file, hosts, links: linksOf(topology), failure: null }
    } catch (error) {
      return { id, file, hosts: [], links: [], failure: toFailure(error) }
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
