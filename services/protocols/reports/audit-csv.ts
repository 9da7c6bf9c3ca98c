import { AUDIT_CAPABILITIES, auditKey, type AuditComponent, type AuditState } from '../../contract/index.ts'
import { csvLines } from './csv.ts'

/** An audit as CSV (RFC 4180): one line for each part. Names of columns are for programs and stay as they are. */
export function auditCsv({ rows }: AuditState, marks: readonly AuditComponent[] = []): string {
  const marked = new Set(marks.map(auditKey))
  const head = [
    ...['kind', 'id', 'marked', 'predictedSpof', 'predictedEffect', 'measuredSpof', 'measuredEffect', 'agree'],
    ...['failed', 'due', 'noticedMs', 'recoveryMs', 'method', 'reasons', 'error'],
    ...AUDIT_CAPABILITIES.map((capability) => `predicted_${capability}`),
    ...AUDIT_CAPABILITIES.map((capability) => `measured_${capability}`),
  ]
  const lines = rows.map((row) => {
    const { kind, id, predicted, measured, agree, failure } = row
    return [
      ...[kind, id, marks.length === 0 ? null : marked.has(auditKey(row))],
      ...[predicted.spof, predicted.effect, measured?.spof ?? null, measured?.effect ?? null, agree],
      ...[measured?.failed ?? null, measured?.due ?? null, measured?.noticedMs ?? null, measured?.recoveryMs ?? null],
      ...[measured?.method ?? null, predicted.reasons.map(({ code }) => code).join(' '), failure?.code ?? null],
      ...AUDIT_CAPABILITIES.map((capability) => predicted.effects[capability]),
      ...AUDIT_CAPABILITIES.map((capability) => measured?.capabilities[capability]?.effect ?? null),
    ]
  })
  return csvLines([head, ...lines])
}
