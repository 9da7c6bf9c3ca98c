import { z } from 'zod'
import { MAX_ZONE_CHARS, MAX_ZONE_TTL, ZONE_RECORD_TYPES } from './dns.ts'
import { NAME_PATTERN } from './names.ts'

/** The input of the commands about DNS; apart from the types, so that who only folds needs no schemas. */

const service = z.string().regex(NAME_PATTERN).optional()
/** Of a record or a question: what is wrong in it is told by who reads zones. */
const owner = z.string().min(1).max(255)
const text = z.string().max(MAX_ZONE_CHARS)
const line = z.int().min(1)
const data = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\r\n]*$/, 'one line')
const ttl = z.int().min(0).max(MAX_ZONE_TTL)
const record = z.strictObject({ name: owner, type: z.enum(ZONE_RECORD_TYPES), ttl: ttl.nullable(), data })

/** `service`: which DNS server or resolver; the first one when left out. `base`: the text that a change starts from. */
export const DNS_INPUTS = {
  readDns: z.strictObject({}),
  checkZone: z.strictObject({ text }),
  editZone: z.strictObject({ service, text, base: text.optional() }),
  changeRecord: z.strictObject({
    service,
    base: text.optional(),
    change: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('add'), record }),
      z.strictObject({ kind: z.literal('change'), line, record }),
      z.strictObject({ kind: z.literal('remove'), line }),
    ]),
  }),
  /** All records of a name and type at once; none removes them. */
  setRecords: z.strictObject({
    service,
    name: owner,
    type: z.enum(ZONE_RECORD_TYPES),
    data: z.array(data).max(20),
    ttl: ttl.nullable(),
  }),
  /** Without a name: everything. */
  flushCache: z.strictObject({ service, name: owner.optional() }),
  compareFailover: z.strictObject({
    rate: z.int().min(1).max(500).optional(),
    ttl: z.int().min(1).max(60).optional(),
  }),
  stopFailover: z.strictObject({}),
} as const
