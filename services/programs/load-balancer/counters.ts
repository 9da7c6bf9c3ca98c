/** What `show stat` counts, for a frontend, a backend or a server. */

/** Averages follow the last so many values, as HAProxy's do. */
const AVERAGE_OVER = 512

export class Average {
  value = 0
  max = 0
  private count = 0

  add(sample: number): void {
    if (this.count < AVERAGE_OVER) this.count += 1
    this.value += (sample - this.value) / this.count
    if (sample > this.max) this.max = sample
  }
}

/** Events per second: the last whole second's, or this one's when there are more already. */
export class Rate {
  max = 0
  private second = 0
  private current = 0
  private previous = 0

  /** `now` in ms of any steady clock. */
  count(now: number): void {
    this.turn(now)
    this.current += 1
    if (this.current > this.max) this.max = this.current
  }

  read(now: number): number {
    this.turn(now)
    return Math.max(this.current, this.previous)
  }

  private turn(now: number): void {
    const second = Math.floor(now / 1000)
    if (second === this.second) return
    this.previous = second === this.second + 1 ? this.current : 0
    this.current = 0
    this.second = second
  }
}

export class Counters {
  sessions = 0
  sessionsMax = 0
  sessionsTotal = 0
  bytesIn = 0
  bytesOut = 0
  requests = 0
  requestErrors = 0
  connectionErrors = 0
  responseErrors = 0
  retries = 0
  redispatches = 0
  queued = 0
  queuedMax = 0
  clientAborts = 0
  serverAborts = 0
  connects = 0
  reuses = 0
  /** Responses by the first digit of their status: index 1 to 5; 0 for others. */
  readonly responses = [0, 0, 0, 0, 0, 0]
  readonly rate = new Rate()
  readonly queueTime = new Average()
  readonly connectTime = new Average()
  readonly responseTime = new Average()
  readonly totalTime = new Average()
  lastSessionAt: number | null = null

  openSession(now: number): void {
    this.sessions += 1
    this.sessionsTotal += 1
    if (this.sessions > this.sessionsMax) this.sessionsMax = this.sessions
    this.rate.count(now)
    this.lastSessionAt = now
  }

  closeSession(): void {
    this.sessions -= 1
  }

  enqueue(): void {
    this.queued += 1
    if (this.queued > this.queuedMax) this.queuedMax = this.queued
  }

  countResponse(status: number): void {
    const first = Math.floor(status / 100)
    const index = first >= 1 && first <= 5 ? first : 0
    this.responses[index] = (this.responses[index] ?? 0) + 1
  }
}
