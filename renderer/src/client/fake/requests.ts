import { LabError, toFailure } from '../../../../services/contract/errors.ts'
import type { LabState, RequestAsset, RequestResult, ServiceState } from '../../../../services/contract/index.ts'
import type { FakePlan } from './plans.ts'

type Answer = Omit<RequestResult, 'id' | 'atMs' | 'url' | 'traceparent'>

const NO_ANSWER = {
  method: 'GET',
  status: null,
  statusText: '',
  release: null,
  via: [],
  contentType: '',
  bytes: 0,
  assets: [],
  preview: '',
} as const

/** What a browser would get from the lab as it stands: the path is walked service by service. */
export function answerRequest(plan: FakePlan, state: LabState, turn: number): Answer {
  const ready = (id: string): ServiceState | null =>
    state.services.find((service) => service.id === id && service.state === 'ready') ?? null
  const dns = ready('dns-1')
  if (!dns) return refused('REQUEST_DNS_FAILED', { name: 'www.foobar.com', detail: 'no answer', server: 'dns-1' }, null)
  const entry = state.services.find((service) => service.id === plan.entry)
  const resolved = { name: 'www.foobar.com', address: entry?.address ?? '', ttlSeconds: 60, ageSeconds: null }
  if (!ready(plan.entry)) {
    const params = { address: resolved.address, port: entry?.port ?? 0, detail: 'connection refused' }
    return refused('REQUEST_CONNECT_FAILED', params, resolved)
  }
  const fronts = plan.entry === 'lb-1' ? ['lb-1'] : []
  const webs = ['web-1', 'web-2'].filter((id) => ready(id))
  const web = webs[turn % Math.max(1, webs.length)]
  if (!web) return page({ resolved, status: 503, statusText: 'Service Unavailable', via: fronts, release: null })
  const app = ready(web.replace('web', 'app'))
  if (!app)
    return page({
      resolved,
      status: 502,
      statusText: 'Bad Gateway',
      via: [...fronts, web],
      release: ready(web)?.release ?? null,
    })
  const via = [...fronts, web, app.id, ...(ready('db-1') ? ['db-1'] : [])]
  return page({ resolved, status: 200, statusText: 'OK', via, release: app.release })
}

function refused(
  code: 'REQUEST_DNS_FAILED' | 'REQUEST_CONNECT_FAILED',
  params: Readonly<Record<string, string | number>>,
  resolved: RequestResult['resolved'],
): Answer {
  const phases = { dnsMs: 1.2, connectMs: 0, firstByteMs: 0, totalMs: 1.9 }
  return { ...NO_ANSWER, resolved, phases, failure: toFailure(new LabError(code, params)) }
}

function page(
  part: Pick<RequestResult, 'resolved' | 'status' | 'statusText' | 'release'> & { readonly via: readonly string[] },
): Answer {
  const ok = part.status === 200
  const assetVia = part.via.slice(0, part.via.findIndex((id) => id.startsWith('web')) + 1)
  const phases = { dnsMs: 1.4, connectMs: 0.6, firstByteMs: 7.8, totalMs: 14.2 }
  const preview = drawPage(part.release, part.via, part.status ?? 0, part.statusText)
  return {
    ...NO_ANSWER,
    ...part,
    phases,
    contentType: 'text/html; charset=utf-8',
    bytes: preview.length,
    assets: ok ? ASSETS.map((asset) => ({ ...asset, via: assetVia })) : [],
    preview,
    failure: null,
  }
}

const ASSETS: readonly Omit<RequestAsset, 'via'>[] = [
  { path: '/style.css', status: 200, bytes: 1840, totalMs: 2.1 },
  { path: '/guestbook.js', status: 200, bytes: 930, totalMs: 2.4 },
  { path: '/logo.svg', status: 200, bytes: 612, totalMs: 2.2 },
]

function drawPage(release: string | null, via: readonly string[], status: number, statusText: string): string {
  const colour = release === 'v2' ? '#0d7766' : '#3654d1'
  const title = status === 200 ? 'www.foobar.com' : `${status} ${statusText}`
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<body style="margin:0;font:15px/1.5 sans-serif;color:#1b1f24;background:#fff">
<header style="padding:16px 24px;color:#fff;background:${status === 200 ? colour : '#59626c'}"><b>${title}</b> ${release ?? ''}</header>
<main style="padding:16px 24px"><p>This page came through ${via.join(', ') || 'nobody'}.</p></main></body></html>`
}
