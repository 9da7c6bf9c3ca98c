import { z } from 'zod'
import { CAPACITY_LIMITS, RAMP_LIMITS } from './capacity.ts'
import { NAME_PATTERN } from './names.ts'
import { TRAFFIC_LIMITS } from './traffic.ts'

/** The input of the commands about capacity; apart from the types, so that who only folds events needs no schemas. */

const rate = z.number().min(TRAFFIC_LIMITS.minRate).max(TRAFFIC_LIMITS.maxRate)
const name = z.string().regex(NAME_PATTERN)

export const capacitySetting = z.strictObject({
  workers: z.int().min(1).max(CAPACITY_LIMITS.maxWorkers),
  costMs: z.number().min(1).max(CAPACITY_LIMITS.maxCostMs),
  queueLimit: z.int().min(0).max(CAPACITY_LIMITS.maxQueue),
})

export const rampOrder = z.strictObject({
  to: rate,
  /** Default: a tenth of `to`. */
  from: rate.optional(),
  /** By how much the rate grows from step to step; default: a twentieth of `to`, at least 1. */
  step: z.number().min(0.5).max(TRAFFIC_LIMITS.maxRate).optional(),
  /** Seconds for which each rate is held. */
  holdSeconds: z.number().min(RAMP_LIMITS.minHold).max(RAMP_LIMITS.maxHold).optional(),
  /** A path of the site whose answer is dynamic. */
  url: z.string().min(1).max(2048).optional(),
  label: z.string().max(120).optional(),
})
export type RampOrder = z.infer<typeof rampOrder>

/** Part of `COMMAND_INPUTS`. */
export const CAPACITY_INPUTS = {
  setCapacity: z.strictObject({ service: name, setting: capacitySetting.nullable() }),
  runRamp: rampOrder,
  stopRamp: z.strictObject({}),
  forgetRamp: z.strictObject({ id: z.int().positive() }),
  /** `after`: only choices with greater numbers. */
  readBalancing: z.strictObject({ after: z.int().min(0).optional(), limit: z.int().min(0).max(1000).optional() }),
} as const
