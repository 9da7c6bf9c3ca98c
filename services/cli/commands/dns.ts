import { readFile } from 'node:fs/promises'
import { LabError, type FailoverState, type LabEvent, type ZoneRecordType } from '../../contract/index.ts'
import { fromWhereOneStands, withLab, type CommandContext, type LabChoice } from '../context.ts'
import { cacheText, failoverLine, failoverText, zoneText } from '../dns-words.ts'

export interface SetChoice extends LabChoice {
  readonly ttl?: number
}

export interface FailoverChoice extends LabChoice {
  readonly rate?: number
  readonly ttl?: number
}

/** Shows the zones that are served. */
export async function showZones(context: CommandContext, choice: LabChoice): Promise<void> {
  const { zones } = await withLab(context, choice, (lab) => lab.run('readDns', {}))
  const data = zones.map(({ service, zone, path, serial, rows, problems, warnings }) => ({
    ...{ service, zone, path, serial },
    records: rows.map(({ line, name, type, effectiveTtl, data: value }) => ({
      ...{ line, name, type, ttl: effectiveTtl, data: value },
    })),
    ...{ problems, warnings },
  }))
  context.out.result({ zones: data }, () => zones.map((zone) => zoneText(zone, context.out)).join('\n\n'))
}

/** Shows what the resolvers remember. */
export async function showCache(context: CommandContext, choice: LabChoice): Promise<void> {
  const { resolvers, atMs } = await withLab(context, choice, (lab) => lab.run('readDns', {}))
  const [first] = resolvers
  if (first === undefined) throw new LabError('RESOLVER_NONE')
  if (resolvers.length === 1 && first.failure !== null) throw new LabError(first.failure.code, first.failure.params)
  const data = resolvers.map(({ service, queries, hits, upstreamQueries, entries }) => ({
    ...{ service, queries, hits, upstreamQueries },
    entries: entries.map(({ kind, name, type, data: values, ttlSeconds, expiresAtMs, hits: uses, stale }) => ({
      ...{ kind, name, type, data: values, ttl: ttlSeconds },
      ...{ leftSeconds: Math.max(0, Math.round((expiresAtMs - atMs) / 100) / 10), hits: uses, stale },
    })),
  }))
  context.out.result({ resolvers: data }, () => resolvers.map((one) => cacheText(one, atMs, context.out)).join('\n\n'))
}

/** Lets the resolver forget a name, or everything. */
export async function flushCache(context: CommandContext, name: string | undefined, choice: LabChoice): Promise<void> {
  const answer = await withLab(context, choice, (lab) => lab.run('flushCache', name === undefined ? {} : { name }))
  const { flushed } = answer
  context.out.result(answer, () => `${flushed} ${flushed === 1 ? 'answer' : 'answers'} forgotten`)
}

/** Sets all records of a name and type; without data it removes them. */
export async function setRecords(
  context: CommandContext,
  record: { readonly name: string; readonly type: ZoneRecordType; readonly data: readonly string[] },
  choice: SetChoice,
): Promise<void> {
  const order = { ...record, data: [...record.data], ttl: choice.ttl ?? null }
  const zone = await withLab(context, choice, (lab) => lab.run('setRecords', order))
  const records = zone.rows.filter(({ name, type }) => name === record.name && type === record.type)
  context.out.result({ zone: zone.zone, serial: zone.serial, records }, () => zoneText(zone, context.out))
}

/** Replaces the whole zone by a file. */
export async function editZone(context: CommandContext, file: string, choice: LabChoice): Promise<void> {
  const path = fromWhereOneStands(file)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new LabError('FILE_UNREADABLE', { path, detail: error instanceof Error ? error.message : String(error) })
  })
  const zone = await withLab(context, choice, (lab) => lab.run('editZone', { text }))
  context.out.result({ zone: zone.zone, serial: zone.serial, records: zone.rows.length }, () =>
    zoneText(zone, context.out),
  )
}

/** Compares the ways past a lost server; Ctrl-C ends it, and the lab is as before. */
export async function failover(context: CommandContext, choice: FailoverChoice): Promise<void> {
  const { out, interrupt } = context
  const { rate, ttl } = choice
  const said = new Set<string>()
  const onEvents = (events: readonly LabEvent[]): void => {
    for (const event of events) if (event.type === 'failoverProgressed') say(event.failover)
  }
  const say = (state: FailoverState): void => {
    for (const row of state.rows) {
      const line = failoverLine(row)
      if (line === null || said.has(line)) continue
      said.add(line)
      out.say(line)
    }
  }
  const order = { ...(rate === undefined ? {} : { rate }), ...(ttl === undefined ? {} : { ttl }) }
  const result = await withLab(
    context,
    choice,
    async (lab) => {
      await lab.subscribe()
      void interrupt.happened.then(() => lab.run('stopFailover', {}).catch(() => undefined))
      return lab.run('compareFailover', order)
    },
    { onEvents },
  )
  out.result(result, () => failoverText(result, out))
}
