/** What every benchmark reports: ratios against a peer measured in the same run, beside their goals. */

export interface BenchRow {
  readonly what: string
  /** How it was compared: `against HAProxy, one thread`. */
  readonly against: string
  /** Ratio, or a plain figure when `unit` is given. */
  readonly value: number
  readonly unit?: string
  readonly goal: { readonly atLeast: number } | { readonly atMost: number } | null
  /** Both sides' raw figures, for the reader. */
  readonly detail: string
}

export interface Bench {
  readonly name: string
  /** Tools of the system that it needs; where one is missing it is reported as not run. */
  readonly tools: readonly string[]
  run(progress: (line: string) => void): Promise<readonly BenchRow[]>
}

/** The middle value of an odd or even number of measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
