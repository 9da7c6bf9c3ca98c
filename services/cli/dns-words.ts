import type { FailoverRow, FailoverState, FailoverWay, ResolverView, ZoneView } from '../contract/index.ts'
import type { Output } from './output.ts'
import { count, styledTable, time } from './words.ts'

/** How the command line puts DNS into words. */

export function zoneText(zone: ZoneView, out: Output): string {
  const head = ['LINE', 'NAME', 'TTL', 'TYPE', 'DATA'].map((cell) => out.style('quiet', cell))
  const rows = zone.rows.map(({ line, name, effectiveTtl, type, data }) => [
    ...[String(line), out.style('strong', name), String(effectiveTtl), type, data],
  ])
  const problems = zone.problems.map(({ line, sentence }) => out.style('bad', `${zone.path}:${line}: ${sentence}`))
  const warnings = zone.warnings.map(({ line, sentence }) => out.style('warn', `${zone.path}:${line}: ${sentence}`))
  const title = `Zone ${zone.zone} of ${zone.service}, serial ${zone.serial ?? '-'}: ${zone.path}`
  return [title, '', styledTable([head, ...rows]), ...problems, ...warnings].join('\n')
}

export function cacheText(resolver: ResolverView, atMs: number, out: Output): string {
  const { service, queries, hits, upstreamQueries, entries, failure } = resolver
  if (failure !== null) return `${service}: ${failure.message}`
  const title = `${service}: ${count(queries, 'question')}, ${hits} answered from the cache, ${upstreamQueries} asked on`
  if (entries.length === 0) return `${title}\nThe cache is empty.`
  const head = ['NAME', 'TYPE', 'ANSWER', 'LEFT', 'TTL', 'USED'].map((cell) => out.style('quiet', cell))
  const rows = entries.map((entry) => [
    out.style('strong', entry.name),
    entry.kind === 'nxdomain' ? '-' : entry.type,
    entry.kind === 'nxdomain' ? 'no such name' : entry.kind === 'nodata' ? 'no such record' : entry.data.join(', '),
    `${Math.max(0, Math.ceil((entry.expiresAtMs - atMs) / 1000))} s`,
    `${entry.ttlSeconds} s`,
    String(entry.hits),
  ])
  const stale = entries.flatMap(({ name, stale: old }) =>
    old === null
      ? []
      : [
          out.style(
            'warn',
            `${name}: the zone has said ${old.zone.join(', ') || 'nothing'} for ${age(old.sinceMs, atMs)}`,
          ),
        ],
  )
  return [title, '', styledTable([head, ...rows]), ...stale].join('\n')
}

function age(sinceMs: number, atMs: number): string {
  return `${Math.max(0, Math.round((atMs - sinceMs) / 1000))} s`
}

const WAYS: Readonly<Record<FailoverWay, string>> = {
  balancer: 'load balancer',
  'changed-record': 'changed A record',
  'round-robin': 'two A records, nobody acts',
}

/** A line when something of a way is known; null before. */
export function failoverLine({ way, state, url, killed, noticedMs }: FailoverRow): string | null {
  const name = WAYS[way]
  if (state !== 'running') return null
  if (killed === null) return `${name}: traffic to ${url}`
  if (noticedMs === null || way === 'balancer') return `${name}: ${killed} is killed`
  return `${name}: noticed after ${time(noticedMs)}, the record names another server`
}

export function failoverText(state: FailoverState, out: Output): string {
  const head = ['WAY', 'KILLED', 'NOTICED', 'DOWNTIME', 'FAILED', 'OF'].map((cell) => out.style('quiet', cell))
  const rows = state.rows.map(({ way, state: end, killed, noticedMs, downtimeMs, failed, due, failure }) => [
    out.style('strong', WAYS[way]),
    killed ?? '-',
    noticedMs === null ? '-' : time(noticedMs),
    downtimeMs === null ? (failure?.message ?? end) : time(downtimeMs),
    ...(downtimeMs === null ? ['-', '-'] : [String(failed), String(due)]),
  ])
  const terms = `${state.rate} requests a second, TTL ${state.ttlSeconds} s, each watched for ${time(state.watchMs)} after the kill; downtimes to ±${Math.round(state.resolutionMs)} ms`
  return [styledTable([head, ...rows]), '', terms].join('\n')
}
