import {
  AUDIT_CAPABILITIES,
  AUDIT_EFFECTS,
  type AuditCapability,
  type AuditComponent,
  type AuditEffect,
  type AuditPrediction,
  type LinkState,
  type PredictedEffect,
  type PredictedEffects,
} from '../../contract/index.ts'
import type { Topology } from '../topology/schema.ts'
import { reasonsFor } from './reasons.ts'
import { NOTHING_MISSING, Site } from './site.ts'

export interface PredictedRow extends AuditComponent {
  readonly predicted: AuditPrediction
}

/** What the loss of each service, host and link would do, from the plan alone. */
export function predictAudit(topology: Topology, links: readonly LinkState[]): readonly PredictedRow[] {
  const site = new Site(topology, links)
  return componentsOf(site).map((component) => ({ ...component, predicted: predictOne(site, component) }))
}

/** Every part that is lost in turn: services, hosts, links, each in the order of the plan. */
export function componentsOf(site: Site): readonly AuditComponent[] {
  return [
    ...[...site.services.keys()].map((id): AuditComponent => ({ kind: 'service', id })),
    ...site.hosts.map((id): AuditComponent => ({ kind: 'host', id })),
    ...site.links.map(({ id }): AuditComponent => ({ kind: 'link', id })),
  ]
}

/** What the loss of one part would do. */
export function predictOne(site: Site, component: AuditComponent): AuditPrediction {
  const missing = site.missingWithout(component)
  const effects = Object.fromEntries(
    AUDIT_CAPABILITIES.map((capability) => [capability, effectOf(site, capability, missing)]),
  ) as Record<AuditCapability, PredictedEffect | null>
  const effect = worst(Object.values(effects))
  return { effects, effect, spof: effect === 'down', reasons: reasonsFor(site, component, missing, effects) }
}

function effectOf(
  site: Site,
  capability: AuditCapability,
  missing: Parameters<Site['share']>[1],
): PredictedEffects[AuditCapability] {
  const before = site.share(capability, NOTHING_MISSING)
  if (before === 0) return null
  const after = site.share(capability, missing)
  return after === 0 ? 'down' : after < before ? 'partly' : 'survives'
}

/** The worst of some effects; of none, that nothing happens. */
export function worst<Effect extends AuditEffect>(effects: readonly (Effect | null)[]): Effect {
  const ranks = effects.map((effect) => (effect === null ? 0 : AUDIT_EFFECTS.indexOf(effect)))
  // The list's own values came in.
  return AUDIT_EFFECTS[Math.max(0, ...ranks)] as Effect
}
