import { LabError, type AuditComponent, type AuditMethod, type FaultSpec } from '../../contract/index.ts'
import type { Site } from '../../protocols/audit/site.ts'
import type { Faults } from '../faults/faults.ts'
import { driverOf } from '../faults/registry.ts'
import type { Service } from '../supervisor/service.ts'

export interface BreakTools {
  readonly faults: Faults
  service(id: string): Service
}

/** A part that is broken on purpose. */
export interface BrokenPart {
  readonly method: AuditMethod
  /** Undoes exactly what was done; resolves when the processes are ready again. Throws `LabError`. */
  repair(): Promise<void>
}

/** How a part is broken: as it would break in a machine room, or as near to it as this lab can. Null: it cannot be. */
export function waysToBreak(
  site: Site,
  { kind, id }: AuditComponent,
): { readonly method: AuditMethod; readonly specs: readonly FaultSpec[] } | null {
  const kill = (service: string): FaultSpec => ({ fault: 'kill', target: 'service', service })
  switch (kind) {
    case 'service':
      return { method: 'kill', specs: [kill(id)] }
    case 'host':
      return driverOf('power-off') === null
        ? { method: 'kill-services', specs: site.servicesOn(id).map(kill) }
        : { method: 'power-off', specs: [{ fault: 'power-off', target: 'host', host: id }] }
    case 'link':
      return driverOf('unplug') === null
        ? null
        : { method: 'unplug', specs: [{ fault: 'unplug', target: 'link', link: id, direction: 'both' }] }
  }
}

/** Breaks a part. Throws `FAULT_UNSUPPORTED` and other `LabError`s, with nothing left broken. */
export async function breakPart(site: Site, component: AuditComponent, tools: BreakTools): Promise<BrokenPart> {
  const ways = waysToBreak(site, component)
  if (ways === null)
    throw new LabError('FAULT_UNSUPPORTED', {
      ...{ fault: 'unplug', place: component.id, detail: 'links of this lab cannot be cut.' },
    })
  // A service that came back by itself would hide what its loss does.
  const restarting = [...site.missingWithout(component).services]
    .map((id) => tools.service(id))
    .filter(({ state }) => state.automaticRestart)
  for (const service of restarting) service.setAutomaticRestart(false)
  const ids: number[] = []
  const repair = async (): Promise<void> => {
    try {
      // All of them are tried; the first that could not be cleared is told.
      const results = await Promise.allSettled(
        ids
          .splice(0)
          .reverse()
          .map((id) => clearOne(tools.faults, id)),
      )
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
    } finally {
      for (const service of restarting) service.setAutomaticRestart(true)
    }
  }
  try {
    const set = await Promise.allSettled(ways.specs.map((spec) => tools.faults.add({ spec })))
    for (const result of set) if (result.status === 'fulfilled') ids.push(result.value.id)
    const failed = set.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  } catch (error) {
    await repair().catch(() => undefined)
    throw error
  }
  return { method: ways.method, repair }
}

/** Somebody may have undone it meanwhile, by a start for example; then it is over. */
async function clearOne(faults: Faults, id: number): Promise<void> {
  await faults.clear(id).catch((error: unknown) => {
    if (!(error instanceof LabError) || error.code !== 'FAULT_UNKNOWN') throw error
  })
}
