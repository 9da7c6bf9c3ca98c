import {
  LabError,
  type AuditCapability,
  type AuditComponent,
  type AuditProof,
  type AuditStep,
  type CapabilityProofs,
} from '../../contract/index.ts'
import { worst } from '../../protocols/audit/predict.ts'
import type { Site } from '../../protocols/audit/site.ts'
import type { EventLog } from '../event-log.ts'
import type { TrafficRun } from '../traffic/traffic-run.ts'
import { breakPart, type BreakTools } from './break-part.ts'
import { judgeAll, MOST_WINDOWS, WINDOW } from './judge.ts'
import { PROBE_LIMIT_MS, type Probes } from './probes.ts'
import { untilTrue } from './until-true.ts'
import { noticeLimitMs, whoShouldNotice } from './who-notices.ts'

export interface ProofGround extends BreakTools {
  readonly site: Site
  readonly events: EventLog
  readonly probes: Probes
  readonly traffic: TrafficRun
  /** What worked before anything was broken. */
  readonly baseline: readonly AuditCapability[]
  readonly signal: AbortSignal
  readonly tell: (step: AuditStep) => void
}

/** A verdict needs some windows of probes, each of which may wait for its limit on a busy machine. */
const JUDGE_LIMIT_MS = 1000 * WINDOW * MOST_WINDOWS
/** Processes start and balancers trust again in a few seconds; longer means that the repair did not do its work. */
const RECOVERY_LIMIT_MS = 30_000
/** So many good answers in a row of everything that worked before, and the lab is as before. */
const GOOD_IN_A_ROW = 3

/**
 * Breaks one part, watches until it is sure what that does, repairs it, and waits until everything is as before. The part
 * is repaired also when it rejects: with what stopped the audit, or a `LabError` that says what could not be done.
 */
export async function provePart(component: AuditComponent, ground: ProofGround): Promise<AuditProof> {
  const { site, probes, traffic, baseline, tell } = ground
  tell('breaking')
  const broken = { ms: performance.now(), atMs: Date.now() }
  const part = await breakPart(site, component, ground)
  let watched: { readonly capabilities: CapabilityProofs; readonly noticedMs: number | null }
  try {
    tell('watching')
    watched = await watch(component, ground, broken.ms)
  } catch (error) {
    tell('repairing')
    await part.repair()
    throw error
  }
  tell('repairing')
  const repair = { ms: performance.now(), atMs: Date.now() }
  await part.repair()
  tell('checking')
  await untilWhole(component, ground)
  const recoveryMs = performance.now() - repair.ms
  await traffic.settledUntil(repair.atMs)
  const { due, succeeded } = traffic.resultBetween(broken.atMs, repair.atMs)
  const { capabilities } = watched
  const effect = worst(baseline.map((capability) => capabilities[capability]?.effect ?? null))
  // Visitors are requests as well, and the only ones that ask DNS anew each time.
  const visits = baseline.flatMap((capability) => capabilities[capability] ?? [])
  const visited = visits.reduce((sum, { tried }) => sum + tried, 0)
  const missed = visits.reduce((sum, { failed }) => sum + failed, 0)
  return {
    ...{ method: part.method, capabilities, effect, spof: effect === 'down' },
    ...{ due: due + visited, failed: due - succeeded + missed },
    noticedMs: watched.noticedMs === null ? null : Math.round(watched.noticedMs),
    recoveryMs: Math.round(recoveryMs),
  }

  async function watch(
    what: AuditComponent,
    around: ProofGround,
    brokenMs: number,
  ): Promise<{ capabilities: CapabilityProofs; noticedMs: number | null }> {
    const { signal, events } = around
    const watchers = whoShouldNotice(site, what)
    let noticedMs: number | null = null
    if (watchers.length > 0) {
      const limitMs = noticeLimitMs(site)
      const isNoticed = (): boolean => watchers.every((pair) => isOut(events, pair))
      if (await untilTrue(isNoticed, around, { limitMs, signal })) noticedMs = performance.now() - brokenMs
    }
    const settledMs = performance.now()
    let capabilities: CapabilityProofs | null = null
    const look = (): boolean => {
      capabilities = judgeAll(baseline, (capability) => probes.since(capability, brokenMs), settledMs)
      return capabilities !== null
    }
    await untilTrue(look, around, { limitMs: JUDGE_LIMIT_MS, signal })
    if (capabilities === null) throw limitError(what, JUDGE_LIMIT_MS, 'the visitors had no outcome')
    return { capabilities, noticedMs }
  }
}

function isOut(events: EventLog, { balancer, server }: { balancer: string; server: string }): boolean {
  const state = events.state.backends.find((one) => one.balancer === balancer && one.service === server)?.state
  return state === 'down'
}

/** Resolves when everything is as before. Throws `AUDIT_LIMIT`. */
export async function untilWhole(
  component: AuditComponent,
  ground: Pick<ProofGround, 'events' | 'probes' | 'baseline' | 'signal'>,
): Promise<void> {
  const { events, probes, baseline, signal } = ground
  const options = { limitMs: RECOVERY_LIMIT_MS, signal }
  if (!(await untilTrue(() => whatIsWrong(events) === null, ground, options)))
    throw limitError(component, RECOVERY_LIMIT_MS, whatIsWrong(events) ?? 'it took too long')
  const fromMs = performance.now()
  const isGood = (capability: AuditCapability): boolean => {
    const last = probes.since(capability, fromMs).slice(-GOOD_IN_A_ROW)
    return last.length === GOOD_IN_A_ROW && last.every(({ ok }) => ok)
  }
  if (
    await untilTrue(() => baseline.every(isGood), ground, { ...options, limitMs: RECOVERY_LIMIT_MS + PROBE_LIMIT_MS })
  )
    return
  const bad = baseline.filter((capability) => !isGood(capability))
  throw limitError(component, RECOVERY_LIMIT_MS, `no good answers yet for ${bad.join(', ')}`)
}

/** What is not as in a lab without faults, or null. A server that is drained or in maintenance is so on purpose. */
export function whatIsWrong({ state }: EventLog): string | null {
  const { services, backends, faults } = state
  const away = services.filter((service) => service.state !== 'ready')
  if (away.length > 0) return away.map((service) => `${service.id} is ${service.state}`).join(', ')
  if (faults.length > 0) return `the fault ${faults.map(({ spec }) => spec.fault).join(', ')} is set`
  const down = backends.filter((server) => server.state === 'down' || server.state === 'unknown')
  if (down.length > 0) return down.map(({ server, balancer }) => `${server} is not up at ${balancer}`).join(', ')
  return null
}

function limitError({ id }: AuditComponent, limitMs: number, detail: string): LabError {
  return new LabError('AUDIT_LIMIT', { component: id, seconds: limitMs / 1000, detail })
}
