import { LabError } from '../../contract/index.ts'
import { encodeQuery, renderZone, type RecordData, type ZoneLine } from '../../protocols/dns/index.ts'
import type { RecordSpec } from '../../protocols/topology/schema.ts'
import type { PlannedOf } from '../plan/lab-plan.ts'
import { builtinCommand, listenOption, logFile, type RoleContext, type RoleDriver } from './driver.ts'

/** The file that a DNS server reads. */
export function zonePath(service: PlannedOf<'dns'>, context: Pick<RoleContext, 'plan' | 'workspace'>): string {
  return context.workspace.hostFolder(service.host, 'dns', `${context.plan.topology.domain}.zone`)
}

/** Authoritative for the topology's domain. */
export const dnsRole: RoleDriver<'dns'> = {
  async prepare(service, context) {
    await context.workspace.files.write(zonePath(service, context), zoneText(service, context))
  },
  command: (service, context) =>
    builtinCommand('dns', service, context, ['--listen', listenOption(service), '--zone', zonePath(service, context)]),
  probe: (service, context) => ({
    kind: 'udp',
    address: service.listenAddress,
    port: service.port,
    // Any answer will do.
    question: encodeQuery({ id: 1, name: context.plan.topology.domain }),
  }),
  files: (service, context) => [{ key: 'zone', path: zonePath(service, context) }, logFile(service, context)],
  release: async () => null,
}

/** Seconds, as a small zone that is edited by hand has them (RIPE-203). The negative TTL is short: students try names. */
const SOA_TIMES = { refresh: 86_400, retry: 7_200, expire: 3_600_000, minimum: 30 } as const

function zoneText(service: PlannedOf<'dns'>, context: RoleContext): string {
  const { domain } = context.plan.topology
  const nameServer = service.spec.records.find((record) => record.type === 'NS' && record.name === '@')?.value ?? 'ns1'
  return renderZone({
    origin: `${domain}.`,
    ttl: service.spec.ttl,
    soa: { primary: absolute(nameServer, domain), mailbox: `hostmaster.${domain}.`, serial: 1, ...SOA_TIMES },
    records: service.spec.records.map((record) => zoneLine(record, service, context)),
  })
}

function zoneLine(record: RecordSpec, service: PlannedOf<'dns'>, context: RoleContext): ZoneLine {
  return {
    name: record.name,
    ...(record.ttl === undefined ? {} : { ttl: record.ttl }),
    data: recordData(record, service, context),
    ...(record.host === undefined ? {} : { comment: record.host }),
  }
}

function recordData(record: RecordSpec, service: PlannedOf<'dns'>, context: RoleContext): RecordData {
  const { plan } = context
  const value = record.value ?? ''
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return { type: record.type, address: record.host === undefined ? value : plan.addressOfHost(record.host) }
    case 'NS':
    case 'CNAME':
      return { type: record.type, target: absolute(value, plan.topology.domain) }
    case 'TXT':
      return { type: 'TXT', strings: [Buffer.from(value)] }
    case 'MX': {
      const parts = /^(\d{1,5})\s+(\S+)$/.exec(value)
      if (!parts?.[2])
        throw new LabError('SERVICE_START_FAILED', {
          service: service.id,
          detail: `its MX record wants "10 mail", not "${value}".`,
        })
      return { type: 'MX', preference: Number(parts[1]), target: absolute(parts[2], plan.topology.domain) }
    }
  }
}

function absolute(name: string, domain: string): string {
  if (name.endsWith('.')) return name
  return name === '@' ? `${domain}.` : `${name}.${domain}.`
}
