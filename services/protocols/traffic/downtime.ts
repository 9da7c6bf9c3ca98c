/**
 * Downtime: the sum of the intervals in which no request that was due succeeded.
 *
 * Time is cut into slots, one for each request: from the moment at which it was due to the moment at which the next one
 * was. A slot is down when its request did not succeed, whatever the reason; neighbouring slots that are down are one
 * interval, and the longest of these is the longest gap. It does not matter when the outcome was known, nor how long a
 * success took: requests that had to wait are "slow", and stand beside it.
 *
 * Resolution: n requests in a row fail when an outage lasted more than n - 1 and less than n + 1 times the distance d
 * between two requests. So an interval's length n * d is true to +-d, and at 200 requests a second that is +-5 ms.
 */
export class Downtime {
  private sumMs = 0
  private gapMs = 0
  private longestMs = 0

  /** Slots in the order of time. */
  add(isDown: boolean, slotMs: number): void {
    if (!isDown) {
      this.gapMs = 0
      return
    }
    this.sumMs += slotMs
    this.gapMs += slotMs
    if (this.gapMs > this.longestMs) this.longestMs = this.gapMs
  }

  get totalMs(): number {
    return this.sumMs
  }

  get longestGapMs(): number {
    return this.longestMs
  }
}
