import { z } from 'zod'
import { AUDIT_KINDS } from './audit.ts'
import { REPORT_FORMATS } from './deployments.ts'
import { NAME_PATTERN } from './names.ts'

/** The inputs of the audit's commands; apart from the types, so that who only folds events needs no schema library. */

const name = z.string().regex(NAME_PATTERN)
/** A link is `lb-1>web-1`. */
const component = z.strictObject({
  kind: z.enum(AUDIT_KINDS),
  id: z.string().regex(/^[a-z0-9_.-]+(?:>[a-z0-9_.-]+)?$/),
})
const components = z.array(component).max(1000)
/** Of the report, in the reader's language, by key; see services/protocols/reports/audit-words.ts for the keys. */
const words = z.record(z.string().max(64), z.string().max(500))
const report = z.strictObject({
  format: z.enum(REPORT_FORMATS),
  /** The prediction for this topology; without it, the last proof or else the prediction for the running lab. */
  topology: name.optional(),
  words: words.optional(),
  /** What the student marked as single points of failure. */
  marks: components.optional(),
})

/** The commands of the audit; part of `COMMAND_INPUTS`. */
export const AUDIT_INPUTS = {
  predictAudit: z.strictObject({ topology: name.optional() }),
  /** Without `only`, everything. */
  startAudit: z.strictObject({ only: components.min(1).optional() }),
  stopAudit: z.strictObject({}),
  renderAudit: report,
  saveAudit: report,
} as const
