import type { CapacityPrediction, CapacitySetting, Knee, RampStep } from '../../contract/capacity.ts'
import type { BalanceAlgorithm } from '../../contract/names.ts'

/** Below this distance from its chord a curve of throughput is a straight line: the site carried what was offered. */
const STRAIGHT = 0.05

/**
 * The knee of the curve of throughput over offered load by Kneedle (Satopää, Albrecht, Irwin, Raghavan: Finding a
 * "Kneedle" in a Haystack, ICDCSW 2011): both axes are normalized to 0..1, and the knee is where the curve is farthest
 * above its chord. The curve of an open system is concave and needs no smoothing. Null: a straight line, or too few steps.
 */
export function findKnee(steps: readonly Pick<RampStep, 'offered' | 'achieved'>[]): Knee | null {
  if (steps.length < 3) return null
  const xs = steps.map(({ offered }) => offered)
  const ys = steps.map(({ achieved }) => achieved)
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)]
  const [y0, y1] = [Math.min(...ys), Math.max(...ys)]
  if (x1 <= x0 || y1 <= y0) return null
  const distances = steps.map(({ offered, achieved }) => (achieved - y0) / (y1 - y0) - (offered - x0) / (x1 - x0))
  const best = distances.reduce((top, distance, at) => (distance > (distances[top] ?? 0) ? at : top), 0)
  const found = steps[best]
  if (found === undefined || (distances[best] ?? 0) < STRAIGHT) return null
  return { method: 'kneedle', offered: found.offered, rate: found.achieved, step: best }
}

/** Whether a ramp has gone far enough beyond its knee: three steps in a row that lost more than a tenth. */
export function isSaturated(steps: readonly Pick<RampStep, 'offered' | 'achieved'>[]): boolean {
  const last = steps.slice(-SATURATED_STEPS)
  return last.length === SATURATED_STEPS && last.every(({ offered, achieved }) => achieved < offered * 0.9)
}
const SATURATED_STEPS = 5

export interface PredictedServer {
  readonly service: string
  readonly setting: CapacitySetting | null
  readonly weight: number
  readonly backup: boolean
}

/**
 * The rate at which the first server is full: a server carries `workers / cost` and gets its share of the rate. Least
 * connections moves the load to whoever is free, so there it is the sum. `first` and `source` (one visitor) lead to one
 * server. Null where a server's workers are not modelled.
 */
export function predictCapacity(
  algorithm: BalanceAlgorithm | null,
  servers: readonly PredictedServer[],
): CapacityPrediction | null {
  const active = servers.filter(({ backup, weight }) => !backup && weight > 0)
  const sharing = active.length > 0 ? active : servers.slice(0, 1)
  if (sharing.length === 0) return null
  const rates = sharing.map(({ setting }) => (setting === null ? null : (setting.workers * 1000) / setting.costMs))
  if (!rates.every((rate) => rate !== null)) return null
  const weights = sharing.reduce((sum, { weight }) => sum + weight, 0)
  const all = rates.reduce((sum, rate) => sum + rate, 0)
  const single = algorithm === 'first' || algorithm === 'source'
  const least = algorithm === 'leastconn' || algorithm === 'random'
  const known = sharing.map(({ service, weight }, at) => {
    const rate = rates[at] ?? 0
    return { service, rate, share: least ? rate / all : single ? (at === 0 ? 1 : 0) : weight / weights }
  })
  const rate = least ? all : Math.min(...known.filter(({ share }) => share > 0).map((one) => one.rate / one.share))
  return { rate, servers: known }
}
