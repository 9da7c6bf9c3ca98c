import { z } from 'zod'
import { TRAFFIC_CONNECTIONS, TRAFFIC_LIMITS } from './traffic.ts'

/** The input of the traffic's commands; apart from the types, so that who only folds events needs no schema library. */

const rate = z.number().min(TRAFFIC_LIMITS.minRate).max(TRAFFIC_LIMITS.maxRate)

/** The input of `startTraffic`. */
export const trafficOrder = z.strictObject({
  /** Requests per second. */
  rate,
  /** Without it the run goes on until `stopTraffic`, at most an hour. */
  seconds: z.number().positive().max(TRAFFIC_LIMITS.maxSeconds).optional(),
  /** The rate at the end; it grows (or falls) evenly from `rate`. Needs `seconds`. */
  rampTo: rate.optional(),
  /** Paths of the lab's site (`/guestbook`) or whole `http:` addresses, drawn by weight. Default: the lab's front page. */
  urls: z
    .array(z.strictObject({ url: z.string().min(1).max(2048), weight: z.number().positive().max(1000).optional() }))
    .min(1)
    .max(TRAFFIC_LIMITS.maxUrls)
    .optional(),
  connections: z.enum(TRAFFIC_CONNECTIONS),
  slowMs: z.number().positive().max(TRAFFIC_LIMITS.maxSlowMs).optional(),
  timeoutMs: z.number().min(TRAFFIC_LIMITS.minTimeoutMs).max(TRAFFIC_LIMITS.maxTimeoutMs).optional(),
  label: z.string().max(120).optional(),
})
export type TrafficOrder = z.infer<typeof trafficOrder>

/** The commands of the traffic; part of `COMMAND_INPUTS`. */
export const TRAFFIC_INPUTS = {
  startTraffic: trafficOrder,
  stopTraffic: z.strictObject({}),
  readTrafficRun: z.strictObject({ id: z.int().positive() }),
  forgetTrafficRun: z.strictObject({ id: z.int().positive() }),
} as const
