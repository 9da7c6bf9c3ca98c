/** How many of the latest delays the median is taken of. */
const KEPT = 101

/** Every request waits before it is handled. */
export class Slow {
  readonly ms: number
  private readonly delays: number[] = []
  private next = 0

  constructor(ms: number) {
    this.ms = ms
  }

  /** Goes on after the time; what was really waited is remembered. */
  hold(goOn: () => void): void {
    const startedMs = performance.now()
    setTimeout(() => {
      this.delays[this.next] = performance.now() - startedMs
      this.next = (this.next + 1) % KEPT
      goOn()
    }, this.ms)
  }

  get medianMs(): number | null {
    const sorted = [...this.delays].sort((a, b) => a - b)
    return sorted[Math.floor(sorted.length / 2)] ?? null
  }
}
