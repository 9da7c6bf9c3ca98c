import type { BalanceAlgorithm } from '../../contract/names.ts'
import type { Endpoint, HttpCheck, RetryReason, Server, ServerSettings, TimeoutName } from './model.ts'

/** A section while its lines are being read. `defaults` is one, and the start of the proxies after it. */

export type SectionKind = 'global' | 'defaults' | 'frontend' | 'backend'

export interface Draft {
  kind: SectionKind
  name: string
  line: number
  timeouts: Partial<Record<TimeoutName, number>>
  maxconn: number | null
  forwardFor: boolean
  // Frontends
  binds: (Endpoint & { line: number })[]
  defaultBackend: { name: string; line: number } | null
  // Backends
  balance: BalanceAlgorithm
  httpCheck: Omit<HttpCheck, 'expect'> | null
  expect: HttpCheck['expect']
  redispatch: number | null
  retries: number
  retryOn: readonly RetryReason[]
  responseHeaders: { name: string; value: string }[]
  serverDefaults: ServerSettings
  servers: Server[]
}

/** 2xx and 3xx are good when no `http-check expect` says otherwise. */
const GOOD_STATUSES: HttpCheck['expect'] = [[200, 399]]

/** HAProxy's own defaults (manual, section 5.2). */
const SERVER_DEFAULTS: ServerSettings = {
  check: false,
  interMs: 2000,
  fastInterMs: null,
  downInterMs: null,
  rise: 2,
  fall: 3,
  weight: 1,
  backup: false,
  disabled: false,
  source: null,
  maxconn: null,
}

const EMPTY: Draft = {
  kind: 'defaults',
  name: '',
  line: 0,
  timeouts: {},
  maxconn: null,
  forwardFor: false,
  binds: [],
  defaultBackend: null,
  balance: 'roundrobin',
  httpCheck: null,
  expect: GOOD_STATUSES,
  redispatch: null,
  retries: 3,
  retryOn: ['conn-failure'],
  responseHeaders: [],
  serverDefaults: SERVER_DEFAULTS,
  servers: [],
}

/** A new section, with what the last `defaults` set. */
export function startSection(kind: SectionKind, name: string, line: number, defaults: Draft | null): Draft {
  const from = kind === 'defaults' || defaults === null ? EMPTY : defaults
  return { ...from, kind, name, line, timeouts: { ...from.timeouts }, binds: [], responseHeaders: [], servers: [] }
}
