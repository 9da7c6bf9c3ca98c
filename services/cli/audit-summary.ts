import { isSpof, type AuditState } from '../contract/index.ts'

/** An audit in one line. */

/** `9 of 10 parts are single points of failure; prediction and proof agree on 10 of 10.` */
export function auditSummary({ rows }: AuditState): string {
  const spofs = rows.filter(isSpof).length
  const proved = rows.filter(({ measured }) => measured !== null)
  const agree = proved.filter((row) => row.agree === true).length
  const proof = proved.length === 0 ? '' : `; prediction and proof agree on ${agree} of ${proved.length}`
  return `${spofs} of ${rows.length} parts are single points of failure${proof}.`
}

/** The line of the event log. */
export function auditEndWords(audit: AuditState): string {
  return `audit ${audit.phase}: ${auditSummary(audit)}`
}
