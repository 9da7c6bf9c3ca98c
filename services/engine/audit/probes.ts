import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { AUDIT_CAPABILITIES, type AuditCapability } from '../../contract/index.ts'
import { resolveName } from '../browser/dns-lookup.ts'
import { flush } from '../dns/resolver-control.ts'
import type { LabPlan } from '../plan/lab-plan.ts'

/** A visitor gives up after this: who waits longer is counted as not served. */
export const PROBE_LIMIT_MS = 1500
/** Each capability is tried so often. */
const PROBE_EVERY_MS = 60
/** Of several DNS servers the next one is asked after so long without an answer. */
const DNS_LIMIT_MS = 600
/** Outcomes that are kept of each capability: more than a row takes. */
const KEPT = 1000

/** What the visitors of an audit write, so that it can be found and taken out again. */
export const AUDIT_VISITOR = 'Hoplab audit'

/** Paths of the site; what a release of one's own does not have counts as not offered. */
export const AUDIT_PATHS = { pages: '/assets/style.css', dynamicPages: '/', reads: '/guestbook' } as const

/** Moments are milliseconds of `performance.now()`. */
export interface ProbeOutcome {
  readonly beginMs: number
  readonly ok: boolean
}

export interface ProbeTarget {
  readonly plan: LabPlan
  /** Ids of the services that visitors talk to. */
  readonly entries: readonly string[]
  readonly dnsServers: readonly string[]
}

/** Small visitors, one for each thing that the site does, that come all the time over connections of their own. */
export class Probes {
  private readonly target: ProbeTarget
  private readonly outcomes = new Map<AuditCapability, ProbeOutcome[]>()
  private readonly watchers = new Set<() => void>()
  private readonly waiting = new Map<AuditCapability, Set<number>>()
  private readonly underWay = new Set<Promise<void>>()
  private timer: NodeJS.Timeout | null = null
  private turn = 0

  constructor(target: ProbeTarget) {
    this.target = target
    for (const capability of AUDIT_CAPABILITIES) {
      this.outcomes.set(capability, [])
      this.waiting.set(capability, new Set())
    }
  }

  start(): void {
    this.timer ??= setInterval(() => this.send(), PROBE_EVERY_MS)
  }

  /** Sends no more; resolves when all that is under way has its outcome, each within its limit. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    await Promise.all(this.underWay)
  }

  /** Called after each outcome; returns the way to end it. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  /**
   * The outcomes of those that were sent from `fromMs` on, in the order in which they were sent, up to the first that has
   * none yet: good answers come sooner than bad ones, and must not speak for those that still wait.
   */
  since(capability: AuditCapability, fromMs: number): readonly ProbeOutcome[] {
    const untilMs = Math.min(...(this.waiting.get(capability) ?? []))
    const all = this.outcomes.get(capability) ?? []
    return all.filter(({ beginMs }) => beginMs >= fromMs && beginMs < untilMs).sort((a, b) => a.beginMs - b.beginMs)
  }

  private send(): void {
    this.turn += 1
    for (const capability of AUDIT_CAPABILITIES) {
      const visit = this.sendOne(capability).finally(() => this.underWay.delete(visit))
      this.underWay.add(visit)
    }
  }

  private async sendOne(capability: AuditCapability): Promise<void> {
    const beginMs = performance.now()
    this.waiting.get(capability)?.add(beginMs)
    const ok = await this.visit(capability, AbortSignal.timeout(PROBE_LIMIT_MS)).catch(() => false)
    this.waiting.get(capability)?.delete(beginMs)
    const kept = this.outcomes.get(capability)
    kept?.push({ beginMs, ok })
    if (kept !== undefined && kept.length > KEPT) kept.shift()
    for (const watcher of this.watchers) watcher()
  }

  private async visit(capability: AuditCapability, signal: AbortSignal): Promise<boolean> {
    const { plan } = this.target
    if (capability === 'newVisitors') {
      const address = await this.resolve(signal)
      const { port } =
        plan.services.find((service) => service.address === address && this.isEntry(service.id)) ?? plan.entry
      return this.ask({ address, port }, AUDIT_PATHS.dynamicPages, signal)
    }
    const { entries } = this.target
    const entry = plan.service(entries[this.turn % entries.length] ?? plan.entry.id)
    return capability === 'writes' ? this.write(entry, signal) : this.ask(entry, AUDIT_PATHS[capability], signal)
  }

  private isEntry(id: string): boolean {
    return this.target.entries.includes(id)
  }

  /** One DNS server after the other, as a resolver does that is given several. */
  private async resolve(signal: AbortSignal): Promise<string> {
    const { plan, dnsServers } = this.target
    const name = new URL(plan.entryUrl).hostname
    // Nobody near a new visitor has asked for the name before; a resolver that is away has forgotten it anyway.
    if (plan.resolver !== null) await Promise.race([flush(plan.resolver, null).catch(() => 0), pause(DNS_LIMIT_MS)])
    let failure: unknown = new Error('there is no DNS server')
    for (const id of dnsServers) {
      try {
        const limited = AbortSignal.any([signal, AbortSignal.timeout(DNS_LIMIT_MS)])
        return (await resolveName(name, plan.service(id), plan.clientAddress, { signal: limited })).address
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  private write(place: Place, signal: AbortSignal): Promise<boolean> {
    const form = new URLSearchParams({ name: AUDIT_VISITOR, message: 'Is the guestbook open?' })
    return this.ask(place, AUDIT_PATHS.reads, signal, form.toString())
  }

  /** Resolves with whether the whole answer came and was none of an error. */
  private ask({ address, port }: Place, path: string, signal: AbortSignal, form?: string): Promise<boolean> {
    const { plan } = this.target
    const post = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form?.length ?? 0 }
    return new Promise((resolve) => {
      const call = request(
        {
          ...{ host: address, port, path, signal, localAddress: plan.clientAddress, agent: false },
          method: form === undefined ? 'GET' : 'POST',
          headers: { host: new URL(plan.entryUrl).host, ...(form === undefined ? {} : post) },
        },
        (answer) => {
          answer.resume()
          answer.once('end', () => resolve((answer.statusCode ?? 500) < 400))
          answer.once('error', () => resolve(false))
        },
      )
      call.once('error', () => resolve(false))
      call.end(form)
    })
  }
}

interface Place {
  readonly address: string
  readonly port: number
}
