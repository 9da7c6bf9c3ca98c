import { LabError } from '../../../../services/contract/errors.ts'
import type {
  CachedAnswer,
  CommandInput,
  DNS_INPUTS,
  DnsOutputs,
  DnsView,
  FailoverRow,
  FailoverState,
  ZoneReading,
  ZoneRow,
  ZoneView,
} from '../../../../services/contract/index.ts'
import { FAILOVER_WAYS } from '../../../../services/contract/dns.ts'
import type { FakeLab } from './fake-lab.ts'

type DnsHandlers = {
  readonly [Name in keyof typeof DNS_INPUTS]: (input: CommandInput<Name>) => Promise<DnsOutputs[Name]>
}

const TTL = 60

/** Plays a small zone and a resolver that has one answer of it; a lab without a resolver has none here either. */
export function dnsHandlers(lab: FakeLab): DnsHandlers {
  let rows: readonly ZoneRow[] = [
    makeRow('@', 'NS', null, 'ns1', 0),
    makeRow('ns1', 'A', null, '127.10.0.53', 1),
    makeRow('www', 'A', null, '127.10.0.10', 2),
  ]
  let serial = 1
  let changedAtMs: number | null = null
  let cached: readonly CachedAnswer[] = [remember('www.foobar.com', ['127.10.0.10'])]
  const reading = (): ZoneReading => ({ rows, problems: [], warnings: [], serial })
  const zone = (): ZoneView => ({
    ...{ service: 'dns-1', zone: 'foobar.com', path: `${lab.state.workspace ?? ''}/foobar.com.zone`, changedAtMs },
    ...{ text: textOf(rows, serial), ...reading() },
  })
  const view = (): DnsView => ({
    atMs: Date.now(),
    zones: [zone()],
    resolvers: lab.state.services
      .filter(({ role }) => role === 'resolver')
      .map(({ id, address, port }) => ({
        ...{ service: id, address, port, failure: null, entries: cached, recent: [] },
        ...{ queries: 4, hits: 3, upstreamQueries: 1 },
      })),
  })
  function change(next: readonly ZoneRow[]): ZoneView {
    rows = next.map((row, index) => ({ ...row, line: index + 1 }))
    serial += 1
    changedAtMs = Date.now()
    lab.emit({ type: 'zoneChanged', service: 'dns-1', zone: 'foobar.com', serial, atMs: changedAtMs })
    return zone()
  }
  return {
    readDns: async () => view(),
    checkZone: async ({ text }) => check(text, reading()),
    async editZone({ text }) {
      const [problem] = check(text, reading()).problems
      if (problem !== undefined)
        throw new LabError('ZONE_INVALID', { file: zone().path, line: problem.line, detail: problem.sentence })
      return change(rows)
    },
    async changeRecord({ change: wanted }) {
      if (wanted.kind === 'remove') return change(rows.filter(({ line }) => line !== wanted.line))
      const { name, type, ttl, data } = wanted.record
      const row = makeRow(name, type, ttl, data, rows.length)
      if (wanted.kind === 'add') return change([...rows, row])
      return change(rows.map((one) => (one.line === wanted.line ? row : one)))
    },
    async setRecords({ name, type, data, ttl }) {
      const others = rows.filter((row) => row.name !== name || row.type !== type)
      return change([...others, ...data.map((one) => makeRow(name, type, ttl, one, 0))])
    },
    async flushCache({ name }) {
      const before = cached.length
      cached = name === undefined ? [] : cached.filter((entry) => entry.name !== name)
      return { flushed: before - cached.length }
    },
    async compareFailover({ rate = 20, ttl = 5 }) {
      const failover = playFailover(rate, ttl)
      lab.emit({ type: 'failoverProgressed', failover })
      return failover
    },
    async stopFailover() {
      throw new LabError('FAILOVER_NONE')
    },
  }
}

function makeRow(name: string, type: string, ttl: number | null, data: string, index: number): ZoneRow {
  return { line: index + 1, name, type, ttl, effectiveTtl: ttl ?? TTL, data }
}

function textOf(rows: readonly ZoneRow[], serial: number): string {
  const lines = rows.map(({ name, type, data }) => `${name} IN ${type} ${data}`)
  return [`$TTL ${TTL} ; serial ${serial}`, ...lines, ''].join('\n')
}

/** Only what is no line of a record at all is wrong here. */
function check(text: string, reading: ZoneReading): ZoneReading {
  const problems = text
    .split('\n')
    .flatMap((line, index) =>
      line === '' || line.startsWith('$') || / IN /.test(line)
        ? []
        : [{ line: index + 1, sentence: `"${line}": the record type is missing` }],
    )
  return { ...reading, problems }
}

function remember(name: string, data: readonly string[]): CachedAnswer {
  const storedAtMs = Date.now()
  const expiresAtMs = storedAtMs + TTL * 1000
  return { kind: 'records', name, type: 'A', data, ttlSeconds: TTL, storedAtMs, expiresAtMs, hits: 3, stale: null }
}

function playFailover(rate: number, ttlSeconds: number): FailoverState {
  const downtimes = { balancer: 0, 'changed-record': 1000 + ttlSeconds * 1000, 'round-robin': 2000 + ttlSeconds * 1000 }
  const rows = FAILOVER_WAYS.map((way): FailoverRow => {
    const downtimeMs = downtimes[way]
    const failed = Math.round((downtimeMs * rate) / 1000)
    const noticedMs = way === 'round-robin' ? null : 1000
    return {
      ...{ way, state: 'done', url: 'http://failover.foobar.com:8080/', killed: 'web-1' },
      ...{ noticedMs, downtimeMs, due: rate * 9, failed, failure: null },
    }
  })
  const watchMs = 4000 + ttlSeconds * 1000
  return { state: 'done', startedAtMs: Date.now(), rate, ttlSeconds, watchMs, resolutionMs: 1000 / rate, rows }
}
