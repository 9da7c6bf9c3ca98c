import type { Agent } from 'node:http'
import { isIPv4 } from 'node:net'
import { performance } from 'node:perf_hooks'
import {
  LabError,
  toFailure,
  type Failure,
  type RequestAsset,
  type RequestPhases,
  type RequestResult,
  type ResolvedAddress,
} from '../../contract/index.ts'
import type { LabNote } from '../../protocols/dns/index.ts'
import type { EventLog } from '../event-log.ts'
import type { LabPlan } from '../plan/lab-plan.ts'
import { PATIENT, resolveName } from './dns-lookup.ts'
import { httpGet, openConnections, type HttpAnswer, type HttpTarget } from './http-get.ts'
import { findAssets, makePreview, type FetchedAsset } from './page-assets.ts'
import { startTrace, type TraceContext } from './trace-context.ts'
import { releaseOf, servicesOf } from './via.ts'

/** Redirects are followed as a browser does (RFC 9110 section 15.4), but not for ever. */
const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const NO_PHASES: RequestPhases = { dnsMs: 0, connectMs: 0, firstByteMs: 0, totalMs: 0 }

/** Who wants to know of requests before they are on the network. */
export interface RequestWatcher {
  expectTrace(traceId: string, stepped: boolean): void
  expectDns(traceId: string, address: string, port: number): void
}

export interface OpenOptions {
  /** Ids to send; new ones when left out. */
  readonly trace?: TraceContext
  /** Waits for answers as long as somebody may think who steps through the request. */
  readonly patient?: boolean
  /** Gives the request up. */
  readonly signal?: AbortSignal
  /** Called before a name is asked for, with the address and port that the question will come from. */
  readonly beforeDns?: (name: string, address: string, port: number) => Promise<void>
}

/** The browser on the person's own computer: DNS query, connection, page, assets; all real. */
export class LabBrowser {
  private readonly plan: LabPlan
  private readonly events: EventLog
  private readonly closing = new AbortController()
  private readonly watcher: RequestWatcher
  private requests = 0

  constructor(plan: LabPlan, events: EventLog, watcher: RequestWatcher) {
    this.plan = plan
    this.events = events
    this.watcher = watcher
  }

  /**
   * Opens an address; without one, the lab's entry page. No answer is a result with `failure`, because it is what a
   * browser would show. Throws `URL_INVALID` only.
   */
  async open(address: string | undefined, options: OpenOptions = {}): Promise<RequestResult> {
    const url = this.readUrl(address)
    this.requests += 1
    const signal = AbortSignal.any(options.signal ? [this.closing.signal, options.signal] : [this.closing.signal])
    const visit = new Visit(this.requests, url, this.plan, this.watcher, { ...options, signal })
    const result = await visit.run()
    this.events.emit({ type: 'requestFinished', result })
    return result
  }

  /** Gives up what is under way. */
  close(): void {
    this.closing.abort()
  }

  /** `www.foobar.com` or `/guestbook` is enough; a browser adds the scheme, and the lab its port (ports below 1024 need administrator rights). */
  readUrl(typed: string | undefined): URL {
    const address = typed ?? this.plan.entryUrl
    const site = address.startsWith('/') ? new URL(this.plan.entryUrl).host : ''
    const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${site}${address}`
    if (!URL.canParse(text)) throw new LabError('URL_INVALID', { url: address, detail: 'it is no URL' })
    const url = new URL(text)
    if (url.protocol !== 'http:')
      throw new LabError('URL_INVALID', { url: address, detail: 'the lab speaks http only' })
    if (isIPv4(url.hostname) && !url.hostname.startsWith('127.'))
      throw new LabError('URL_INVALID', { url: address, detail: 'only addresses of the lab (127.x.x.x) can be asked' })
    if (url.port === '') url.port = String(this.plan.entry.port)
    return url
  }
}

/** One page with all that belongs to it. */
class Visit {
  private readonly id: number
  private readonly atMs = Date.now()
  private readonly trace: TraceContext
  private readonly plan: LabPlan
  private readonly watcher: RequestWatcher
  private readonly options: OpenOptions
  private readonly signal: AbortSignal
  private readonly firstTraceparent: string
  private readonly started = performance.now()
  private url: URL
  private resolved: ResolvedAddress | null = null
  private phases: RequestPhases = NO_PHASES

  constructor(
    id: number,
    url: URL,
    plan: LabPlan,
    watcher: RequestWatcher,
    options: OpenOptions & { readonly signal: AbortSignal },
  ) {
    this.id = id
    this.url = url
    this.plan = plan
    this.watcher = watcher
    this.options = options
    this.signal = options.signal
    this.trace = options.trace ?? startTrace()
    watcher.expectTrace(this.trace.traceId, options.patient ?? false)
    this.firstTraceparent = this.trace.header()
  }

  async run(): Promise<RequestResult> {
    const connections = openConnections(this.plan.clientAddress)
    try {
      const page = await this.fetchPage(connections)
      return await this.finish(page, connections)
    } catch (error) {
      return this.result(null, [], '', toFailure(error))
    } finally {
      connections.destroy()
    }
  }

  private async fetchPage(connections: Agent): Promise<HttpAnswer> {
    for (let redirects = 0; ; redirects += 1) {
      const target = await this.resolve()
      const dnsMs = this.elapsed()
      const answer = await httpGet(target, this.firstTraceparent, connections, this.signal)
      this.phases = {
        dnsMs: round(redirects === 0 ? dnsMs : this.phases.dnsMs),
        connectMs: round(answer.connectMs),
        firstByteMs: round(answer.firstByteMs - answer.connectMs),
        totalMs: round(this.elapsed()),
      }
      const next = redirectOf(answer, this.url)
      if (next === null || redirects === MOST_REDIRECTS) return answer
      this.url = next
    }
  }

  private async resolve(): Promise<HttpTarget> {
    const { hostname } = this.url
    const port = Number(this.url.port)
    if (isIPv4(hostname)) return { url: this.url, address: hostname, port }
    const { address, port: dnsPort } = this.plan.nameServer
    const { clientAddress } = this.plan
    const { patient = false, beforeDns } = this.options
    this.resolved = await resolveName(hostname, { address, port: dnsPort }, clientAddress, {
      patient,
      ...(this.plan.resolver === null ? {} : { note: this.note(patient) }),
      signal: this.signal,
      beforeAsking: async (askingPort) => {
        this.watcher.expectDns(this.trace.traceId, clientAddress, askingPort)
        await beforeDns?.(hostname, clientAddress, askingPort)
      },
    })
    this.signal.throwIfAborted()
    if (!this.resolved.address.startsWith('127.'))
      throw new LabError('URL_INVALID', {
        url: this.url.href,
        detail: `${this.resolved.address} is no address of the lab`,
      })
    return { url: this.url, address: this.resolved.address, port }
  }

  /** What the resolver passes on with its own questions, so that they are part of the trace too. */
  private note(patient: boolean): LabNote {
    const { traceId } = this.trace
    return patient ? { traceId, waitMs: PATIENT.answerMs } : { traceId }
  }

  private async finish(page: HttpAnswer, connections: Agent): Promise<RequestResult> {
    if (!contentTypeOf(page).startsWith('text/html')) return this.result(page, [], '', null)
    const html = page.body.toString('utf8')
    const bodies = new Map<string, FetchedAsset>()
    const assets = await Promise.all(findAssets(html, this.url).map((url) => this.fetchAsset(url, connections, bodies)))
    this.phases = { ...this.phases, totalMs: round(this.elapsed()) }
    return this.result(page, assets, makePreview(html, this.url, bodies), null)
  }

  private async fetchAsset(url: URL, connections: Agent, bodies: Map<string, FetchedAsset>): Promise<RequestAsset> {
    const path = `${url.pathname}${url.search}`
    const started = performance.now()
    try {
      const target = { url, address: this.resolved?.address ?? url.hostname, port: Number(url.port) }
      const answer = await httpGet(target, this.trace.header(), connections, this.signal)
      if (answer.status === 200) bodies.set(url.href, { contentType: contentTypeOf(answer), body: answer.body })
      return {
        path,
        status: answer.status,
        bytes: answer.body.length,
        totalMs: round(answer.totalMs),
        via: servicesOf(answer.headers),
      }
    } catch {
      return { path, status: null, bytes: 0, totalMs: round(performance.now() - started), via: [] }
    }
  }

  private result(
    page: HttpAnswer | null,
    assets: readonly RequestAsset[],
    preview: string,
    failure: Failure | null,
  ): RequestResult {
    return {
      id: this.id,
      atMs: this.atMs,
      url: this.url.href,
      method: 'GET',
      resolved: this.resolved,
      status: page?.status ?? null,
      statusText: page?.statusText ?? '',
      release: page === null ? null : releaseOf(page.headers),
      via: page === null ? [] : servicesOf(page.headers),
      phases: page === null ? { ...this.phases, totalMs: round(this.elapsed()) } : this.phases,
      traceparent: this.firstTraceparent,
      contentType: page === null ? '' : contentTypeOf(page),
      bytes: page?.body.length ?? 0,
      assets,
      preview,
      failure,
    }
  }

  private elapsed(): number {
    return performance.now() - this.started
  }
}

function redirectOf(answer: HttpAnswer, from: URL): URL | null {
  const { location } = answer.headers
  if (!REDIRECTS.has(answer.status) || location === undefined || !URL.canParse(location, from.href)) return null
  const next = new URL(location, from)
  return next.protocol === 'http:' ? next : null
}

function contentTypeOf(answer: HttpAnswer): string {
  return answer.headers['content-type'] ?? ''
}

/** Hundredths of a millisecond: what a clock can tell here. */
function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
