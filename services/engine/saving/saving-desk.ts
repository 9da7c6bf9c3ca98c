import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  LabError,
  MOST_SNAPSHOTS,
  NAME_PATTERN,
  type LabFile,
  type NewLabEvent,
  type SavingKind,
  type SavingWork,
  type SnapshotInfo,
} from '../../contract/index.ts'
import type { Topology } from '../../protocols/topology/schema.ts'
import { isUp } from '../balancer/reload.ts'
import { BalancerControl } from '../deploy/balancer-control.ts'
import type { Halt } from '../deploy/until.ts'
import { servesCode } from '../plan/code-hosts.ts'
import { startOrder } from '../plan/start-order.ts'
import type { Service } from '../supervisor/service.ts'
import { isThere } from '../workspace/is-there.ts'
import { fileStamp } from '../workspace/file-stamp.ts'
import { copyState, putStateBack, readManifest, type StateGround } from './state-copy.ts'

/** What snapshots and lab files need of the lab. */
export interface SavingGround extends StateGround {
  readonly shipped: Topology
  service(id: string): Service
  emit(event: NewLabEvent): void
  /** Throws when something is under way that changes releases, hosts or processes. */
  requireRest(): void
  /** Ends the processes that deployments keep for the way back, and forgets it. */
  forgetDeployments(): Promise<void>
  /** Tells everybody the releases as they are now. */
  tellReleases(): Promise<void>
  /** Throws when the lab is being stopped. */
  readonly halt: Halt
}

/** The snapshots of a lab, in its workspace's folder `snapshots`, and the lab as one file. One work at a time. */
export class SavingDesk {
  private readonly ground: SavingGround
  private readonly folder: string
  private known: readonly SnapshotInfo[] = []
  private work: SavingWork | null = null

  constructor(ground: SavingGround) {
    this.ground = ground
    this.folder = join(ground.workspace.root, 'snapshots')
  }

  /** Reads what there is. */
  async open(): Promise<void> {
    this.known = await this.read()
    this.tell(null)
  }

  /** Throws `SNAPSHOT_BUSY` while something is under way. */
  requireIdle(): void {
    if (this.work !== null) throw new LabError('SNAPSHOT_BUSY')
  }

  /** Throws `SNAPSHOT_EXISTS`, `SNAPSHOT_LIMIT`, `SNAPSHOT_FAILED`, `SNAPSHOT_BUSY`, or what is under way. */
  async take(wanted?: string): Promise<SnapshotInfo> {
    this.ground.requireRest()
    const name = wanted ?? `at-${fileStamp(new Date())}`
    if (this.known.some((one) => one.name === name)) throw new LabError('SNAPSHOT_EXISTS', { name })
    if (this.known.length >= MOST_SNAPSHOTS) throw new LabError('SNAPSHOT_LIMIT', { count: MOST_SNAPSHOTS })
    return this.during('take', name, () => this.write(name))
  }

  /**
   * Stops what uses the code and the databases, puts everything back, and starts what ran. What was before is kept as a
   * snapshot of its own. Throws `SNAPSHOT_UNKNOWN`, `SNAPSHOT_BUSY`, `SNAPSHOT_FAILED`.
   */
  async restore(name: string): Promise<{ readonly name: string; readonly before: string }> {
    const { ground } = this
    ground.requireRest()
    this.require(name)
    const before = `before-${name}`.slice(0, 60).replace(/[^a-z0-9]+$/, '')
    return this.during('restore', name, async () => {
      const folder = join(this.folder, name)
      const manifest = await readManifest(folder)
      if (manifest === null) throw new LabError('SNAPSHOT_FAILED', { detail: `${folder} is not whole` })
      // Restoring the way back itself must not write over it.
      if (before !== name) await this.write(before)
      const users = startOrder(ground.plan.services).filter(
        ({ spec }) => servesCode(spec.role) || spec.role === 'database',
      )
      const ran = users.filter(({ id }) => ground.service(id).state.pid !== null)
      await ground.forgetDeployments()
      for (const { id } of ran.toReversed()) await ground.service(id).act('stop')
      try {
        for (const change of await putStateBack(ground, folder, manifest))
          ground.emit({ type: 'hostReleaseSwitched', ...change })
        await ground.tellReleases()
      } finally {
        const started = await Promise.allSettled(ran.map(({ id }) => ground.service(id).act('start')))
        const failed = started.find((result) => result.status === 'rejected')
        if (failed) throw failed.reason
      }
      await this.awaitBalancers(ran.map(({ id }) => id))
      return { name, before }
    })
  }

  /** Until the balancers that run send requests to these servers again. */
  private async awaitBalancers(services: readonly string[]): Promise<void> {
    const { plan, halt } = this.ground
    for (const id of services) {
      const control = new BalancerControl(plan, id, (balancer) => isUp(this.ground.service(balancer).state))
      if (control.present) await control.waitUntilUp(halt)
    }
  }

  /** Throws `SNAPSHOT_UNKNOWN`, `SNAPSHOT_BUSY`. */
  async delete(name: string): Promise<null> {
    this.require(name)
    return this.during('delete', name, async () => {
      await rm(join(this.folder, name), { recursive: true, force: true })
      return null
    })
  }

  /** Throws `LAB_FILE_TOO_LARGE`, `SNAPSHOT_FAILED`, `SNAPSHOT_BUSY`. */
  pack(): Promise<LabFile> {
    this.ground.requireRest()
    return this.during('pack', '', async () => {
      // The archiver is loaded when somebody wants it, not with every lab.
      const { packLabFile } = await import('./lab-file.ts')
      return packLabFile(this.ground)
    })
  }

  private async during<Value>(kind: SavingKind, name: string, work: () => Promise<Value>): Promise<Value> {
    this.requireIdle()
    this.work = { kind, name }
    this.tell(null)
    let ended = false
    try {
      const value = await work()
      ended = true
      return value
    } catch (error) {
      if (error instanceof LabError) throw error
      throw new LabError('SNAPSHOT_FAILED', { detail: error instanceof Error ? error.message : String(error) })
    } finally {
      this.work = null
      this.known = await this.read()
      this.tell(ended ? { kind, name } : null)
    }
  }

  /** Beside it and renamed: a snapshot is there whole or not at all. */
  private async write(name: string): Promise<SnapshotInfo> {
    const [folder, partial] = [join(this.folder, name), join(this.folder, `${name}.partial`)]
    await rm(partial, { recursive: true, force: true })
    await mkdir(partial, { recursive: true })
    const manifest = await copyState(this.ground, partial)
    await rm(folder, { recursive: true, force: true })
    await rename(partial, folder)
    return { name, ...manifest }
  }

  private async read(): Promise<readonly SnapshotInfo[]> {
    if (!(await isThere(this.folder))) return []
    const names = (await readdir(this.folder)).filter((name) => NAME_PATTERN.test(name) && !name.endsWith('.partial'))
    const found = await Promise.all(
      names.map(async (name) => {
        const manifest = await readManifest(join(this.folder, name))
        return manifest === null ? [] : [{ name, ...manifest }]
      }),
    )
    return found.flat().toSorted((a, b) => b.takenAtMs - a.takenAtMs)
  }

  private require(name: string): void {
    if (this.known.some((one) => one.name === name)) return
    throw new LabError('SNAPSHOT_UNKNOWN', { name, known: this.known.map((one) => one.name).join(', ') || '-' })
  }

  private tell(done: SavingWork | null): void {
    this.ground.emit({ type: 'savingChanged', snapshots: this.known, saving: this.work, done })
  }
}
