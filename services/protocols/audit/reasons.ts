import type { AuditComponent, AuditReason, AuditReasonCode, PredictedEffects } from '../../contract/index.ts'
import type { ServiceSpecOf } from '../topology/schema.ts'
import { depthOf, type CheckDepth, type Missing, type Site } from './site.ts'

/** Why a loss does what it does, so that a student can follow it with a finger on the drawing. */
export function reasonsFor(
  site: Site,
  component: AuditComponent,
  missing: Missing,
  effects: PredictedEffects,
): readonly AuditReason[] {
  const reasons = [
    ...hostReasons(site, component),
    ...dnsReasons(site, component, missing, effects),
    ...pathReasons(component, effects),
    ...entryReasons(site, missing, effects),
    ...balancerReasons(site, missing, effects),
    ...fileReasons(site, missing, effects),
  ]
  return reasons.length > 0 ? reasons : [reason('unused', {})]
}

function reason(code: AuditReasonCode, params: AuditReason['params']): AuditReason {
  return { code, params }
}

function hostReasons(site: Site, { kind, id }: AuditComponent): readonly AuditReason[] {
  if (kind !== 'host') return []
  return [reason('hostHolds', { host: id, services: site.servicesOn(id).join(', ') })]
}

function dnsReasons(
  site: Site,
  { kind }: AuditComponent,
  missing: Missing,
  { newVisitors, dynamicPages }: PredictedEffects,
): readonly AuditReason[] {
  const paths = site.dnsPaths.map((path) => ({ path, brokenAt: site.brokenAt(path, missing) }))
  const lost = [...new Set(paths.flatMap(({ brokenAt }) => brokenAt ?? []))]
  if (lost.length === 0) return []
  const others = paths.flatMap(({ path, brokenAt }) => (brokenAt === null ? (path.at(-1) ?? []) : []))
  if (others.length > 0) return [reason('otherDns', { others: others.join(', ') })]
  // A host with everything on it takes the site along; then DNS is the smaller trouble.
  return newVisitors === 'down' && (dynamicPages !== 'down' || kind === 'host')
    ? [reason('onlyDns', { dns: lost.join(', ') })]
    : []
}

/** The nearest thing to the visitor that all paths go through. */
function pathReasons({ id }: AuditComponent, effects: PredictedEffects): readonly AuditReason[] {
  if (effects.pages === 'down') return [reason('allPathsToSite', { through: id })]
  if (effects.dynamicPages === 'down') return [reason('allPathsToApplication', { through: id })]
  if (effects.reads === 'down' || effects.writes === 'down') return [reason('allPathsToDatabase', { through: id })]
  return []
}

function entryReasons(site: Site, missing: Missing, { pages }: PredictedEffects): readonly AuditReason[] {
  const others = site.entries.filter((entry) => !isLost('client', entry, missing))
  if (pages !== 'partly' || others.length === site.entries.length) return []
  return [reason('otherEntries', { others: others.join(', ') })]
}

/** What each balancer that is still there makes of the loss. */
function balancerReasons(site: Site, missing: Missing, effects: PredictedEffects): readonly AuditReason[] {
  return [...site.services].flatMap(([id]) => {
    const spec = site.specOf(id, 'load-balancer')
    return spec === null || missing.services.has(id) ? [] : oneBalancer(site, id, spec, missing, effects)
  })
}

function oneBalancer(
  site: Site,
  balancer: string,
  spec: ServiceSpecOf<'load-balancer'>,
  missing: Missing,
  effects: PredictedEffects,
): readonly AuditReason[] {
  const { path, fall } = spec.healthCheck
  const depth = depthOf(path)
  const rotation = site.inRotation(balancer, spec, missing)
  const out = spec.servers.filter(
    ({ service }) => isLost(balancer, service, missing) || !site.reaches(service, depth, missing),
  )
  if (rotation.length === 0) {
    const isBlame = out.length === spec.servers.length && effects.pages === 'down'
    return isBlame && spec.servers.length > 1 ? [reason('healthCheckTakesAll', { balancer, path })] : []
  }
  const taken = out.map(({ service, backup }) => {
    const params = { balancer, server: service, others: rotation.join(', '), path }
    const takesOver = !backup && rotation.every((one) => spec.servers.some((s) => s.service === one && s.backup))
    return takesOver ? reason('backupTakesOver', params) : reason('balancerTakesOut', { ...params, fall })
  })
  const blind = rotation.filter((web) => !isWhole(site, web, depth, missing))
  // Where all of them are blind alike, what they miss is down, and the path says so.
  const told = blind.length < rotation.length ? blind : []
  return [...taken, ...told.map((server) => reason('healthCheckBlind', { balancer, server, path }))]
}

/** Whether everything behind a web server answers that its health check does not look at. */
function isWhole(site: Site, web: string, checked: CheckDepth, missing: Missing): boolean {
  const deeper: readonly CheckDepth[] = checked === 'web' ? ['application', 'database'] : ['database']
  return deeper.every((depth) => site.reaches(web, depth, missing))
}

/** Without its application a web server still has its files, where no balancer takes it out. */
function fileReasons(site: Site, missing: Missing, effects: PredictedEffects): readonly AuditReason[] {
  if (effects.pages !== 'survives' || effects.dynamicPages !== 'down') return []
  const webs = site.entries.filter((entry) => site.reaches(entry, 'web', missing))
  return webs.map((web) => reason('filesStay', { web }))
}

function isLost(from: string, to: string, missing: Missing): boolean {
  return missing.services.has(to) || missing.links.has(`${from}>${to}`)
}
