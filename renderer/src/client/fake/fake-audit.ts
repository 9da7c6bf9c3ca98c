import { LabError } from '../../../../services/contract/errors.ts'
import { AUDIT_CAPABILITIES } from '../../../../services/contract/audit.ts'
import type {
  AuditComponent,
  AuditEffect,
  AuditOutputs,
  AuditRow,
  AuditState,
  AUDIT_INPUTS,
  CommandInput,
} from '../../../../services/contract/index.ts'
import type { FakeLab } from './fake-lab.ts'

type AuditHandlers = {
  readonly [Name in keyof typeof AUDIT_INPUTS]: (input: CommandInput<Name>) => Promise<AuditOutputs[Name]>
}

const ROW_MS = 40

/** Plays an audit: whatever has its role alone is a single point of failure, and the proof says the same. */
export function auditHandlers(lab: FakeLab): AuditHandlers {
  let stopped = false
  return {
    predictAudit: async () => predicted(lab),
    async startAudit() {
      if (lab.state.phase !== 'running') throw new LabError('LAB_NOT_RUNNING')
      if (lab.state.audit?.endedAtMs === null) throw new LabError('AUDIT_BUSY')
      stopped = false
      let audit: AuditState = { ...predicted(lab), phase: 'running', rate: 40, baseline: AUDIT_CAPABILITIES }
      lab.emit({ type: 'auditStarted', audit })
      for (const [at, row] of audit.rows.entries()) {
        if (stopped) break
        const progress = { step: 'watching', row: at + 1, of: audit.rows.length, component: row } as const
        audit = { ...audit, progress, rows: audit.rows.map((one) => (one === row ? proved(row) : one)) }
        lab.emit({ type: 'auditProgressed', audit })
        await new Promise((resolve) => setTimeout(resolve, ROW_MS))
      }
      const phase = stopped ? 'stopped' : 'done'
      audit = { ...audit, phase, progress: null, endedAtMs: Date.now(), repaired: true }
      lab.emit({ type: 'auditFinished', audit })
      return audit
    },
    async stopAudit() {
      const { audit } = lab.state
      if (audit === null || audit.endedAtMs !== null) throw new LabError('AUDIT_NONE')
      stopped = true
      return audit
    },
    renderAudit: async ({ format }) => ({ fileName: `audit.${format}`, text: '' }),
    saveAudit: async ({ format }) => ({ path: `/home/student/labs/reports/audit.${format}`, bytes: 0 }),
  }
}

function predicted({ state }: FakeLab): AuditState {
  const { services, hosts, links } = state
  const servers = hosts.filter(({ kind }) => kind !== 'client')
  const parts: readonly AuditComponent[] = [
    ...services.map(({ id }): AuditComponent => ({ kind: 'service', id })),
    ...servers.map(({ id }): AuditComponent => ({ kind: 'host', id })),
    ...links.map(({ id }): AuditComponent => ({ kind: 'link', id })),
  ]
  const isAlone = (id: string): boolean => {
    const role = services.find((service) => service.id === id)?.role
    return services.filter((service) => service.role === role).length === 1
  }
  const isSpof = ({ kind, id }: AuditComponent): boolean => {
    if (kind === 'service') return isAlone(id)
    if (kind === 'host') return services.some((service) => service.host === id && isAlone(service.id))
    return id.startsWith('client>')
  }
  return {
    topology: state.topology ?? '',
    plan: {
      hosts: servers.map(({ id }) => ({ id, services: services.filter(({ host }) => host === id) })),
      links,
    },
    phase: 'predicted',
    startedAtMs: Date.now(),
    endedAtMs: null,
    rows: parts.map((part) => rowOf(part, isSpof(part))),
    ...{ progress: null, rate: null, baseline: null, repaired: null, failure: null },
  }
}

function rowOf(part: AuditComponent, spof: boolean): AuditRow {
  const effect = spof ? 'down' : 'survives'
  return {
    ...part,
    predicted: {
      effects: ofEach(effect),
      effect,
      spof,
      reasons: spof
        ? [{ code: 'allPathsToSite', params: { through: part.id } }]
        : [{ code: 'otherEntries', params: { others: 'web-2' } }],
    },
    ...{ state: 'waiting', measured: null, failure: null, agree: null, difference: null },
  }
}

function proved(row: AuditRow): AuditRow {
  const { effect, spof } = row.predicted
  const failed = spof ? 12 : 0
  const measured = {
    method: row.kind === 'link' ? 'unplug' : 'kill',
    capabilities: ofEach({ effect, tried: 12, failed }),
    ...{ effect, spof, due: 60, failed: failed * 5, noticedMs: null, recoveryMs: 1200 },
  } as const
  return { ...row, state: 'done', measured, agree: true }
}

function ofEach<Value extends AuditEffect | object>(value: Value): Record<(typeof AUDIT_CAPABILITIES)[number], Value> {
  return { pages: value, dynamicPages: value, reads: value, writes: value, newVisitors: value }
}
