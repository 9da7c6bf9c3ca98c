import { createHash } from 'node:crypto'
import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../contract/index.ts'
import { renderTopology } from '../../protocols/topology/render.ts'
import type { Topology } from '../../protocols/topology/schema.ts'
import { loadTopologyFile } from '../topologies.ts'
import { isThere } from '../workspace/is-there.ts'
import { replaceFile } from '../workspace/replace-file.ts'

const COMMENT = `The design of this lab, written after each change; it is read when the lab starts.
It may be edited while the lab is stopped. Without this file the lab starts with the shipped topology.`

/** A design that a workspace held; without a topology it was made for another one, and was put aside. */
export interface FoundDesign {
  readonly topology: Topology | null
  readonly path: string
}

/** Keeps the design of a lab in its workspace: `topology.yaml`, there only while it differs from what the lab came with. */
export class DesignSaver {
  /** The topology that the lab came with. */
  readonly shipped: Topology
  private readonly path: string
  /** Which topology the design is a change of. */
  private readonly basePath: string

  constructor(workspace: string, shipped: Topology) {
    this.shipped = shipped
    this.path = join(workspace, 'topology.yaml')
    this.basePath = join(workspace, '.hoplab', 'design-base')
  }

  /**
   * The design of an earlier run; null where there is none. One that was made for another topology (the shipped file has
   * changed since) is moved aside. Throws `TOPOLOGY_INVALID` with file and line when somebody broke it by hand.
   */
  async find(): Promise<FoundDesign | null> {
    if (!(await isThere(this.path))) return null
    const base = await readFile(this.basePath, 'utf8').catch(() => null)
    if (base !== this.baseDigest()) return { topology: null, path: await this.putAside() }
    return { topology: await loadTopologyFile(this.path), path: this.path }
  }

  /** Throws `DESIGN_UNSAVED`. */
  async save(topology: Topology): Promise<void> {
    try {
      if (JSON.stringify(topology) === JSON.stringify(this.shipped)) return await rm(this.path, { force: true })
      await replaceFile(this.basePath, this.baseDigest())
      await replaceFile(this.path, renderTopology(topology, COMMENT))
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      throw new LabError('DESIGN_UNSAVED', { path: this.path, detail })
    }
  }

  private baseDigest(): string {
    return createHash('sha256').update(JSON.stringify(this.shipped)).digest('hex')
  }

  private async putAside(): Promise<string> {
    for (let number = 1; ; number += 1) {
      const aside = this.path.replace(/\.yaml$/, number === 1 ? '.before.yaml' : `.before-${number}.yaml`)
      if (await isThere(aside)) continue
      await rename(this.path, aside)
      return aside
    }
  }
}
