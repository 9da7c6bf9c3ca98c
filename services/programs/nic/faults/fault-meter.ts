import type { WireFigures } from '../../../protocols/nic/faults.ts'

/** The median is of so many of the last pieces. */
const KEPT_DELAYS = 255
const RATE_OVER_S = 0.2

/** Counts what a fault does. */
export class FaultMeter {
  refused = 0
  reset = 0
  dropped = 0
  passed = 0
  private readonly delays: number[] = []
  private nextDelay = 0
  private passedBytes = 0
  private sinceMs = performance.now()
  private bytesPerSecond: number | null = null

  /** A piece has arrived, so long after it came. */
  arrived(bytes: number, delayMs: number): void {
    this.passed += 1
    this.passedBytes += bytes
    this.delays[this.nextDelay] = delayMs
    this.nextDelay = (this.nextDelay + 1) % KEPT_DELAYS
  }

  figures(fault: number): WireFigures {
    const nowMs = performance.now()
    const seconds = (nowMs - this.sinceMs) / 1000
    if (seconds >= RATE_OVER_S) {
      if (this.passedBytes > 0) this.bytesPerSecond = Math.round(this.passedBytes / seconds)
      this.passedBytes = 0
      this.sinceMs = nowMs
    }
    const { refused, reset, dropped, passed, bytesPerSecond } = this
    return { fault, delayMs: median(this.delays), bytesPerSecond, refused, reset, dropped, passed }
  }
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[sorted.length >> 1]
  return middle === undefined ? null : Math.round(middle * 100) / 100
}
