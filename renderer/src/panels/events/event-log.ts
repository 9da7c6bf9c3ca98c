import type { DeploymentState, LabEvent } from '../../../../services/contract/index.ts'
import { describeEvent } from './event-sentences.ts'
import type { Sentence } from './sentence.ts'

/** The log forgets its oldest lines beyond these. */
export const MAX_LINES = 10_000

export interface LogLine extends Sentence {
  /** Unique and rising: the event's number, and a fraction for each further line of the same event. */
  readonly id: number
  readonly atMs: number
}

/** Turns the store's list of events into lines; each event is described once. */
export class EventLog {
  private lines: readonly LogLine[] = []
  private lastSeq = -1
  private deployment: DeploymentState | null = null

  /**
   * Takes the events so far (the oldest may be gone, new ones are at the end) and answers all lines. A list that went
   * back to earlier numbers comes from another engine: the log begins anew.
   */
  update(events: readonly LabEvent[]): readonly LogLine[] {
    const newest = events.at(-1)
    if (!newest) return this.lines
    if (newest.seq < this.lastSeq) this.forget()
    const fresh = events.slice(firstAfter(events, this.lastSeq)).flatMap((event) => this.describe(event))
    this.lastSeq = newest.seq
    if (fresh.length > 0) this.lines = [...this.lines, ...fresh].slice(-MAX_LINES)
    return this.lines
  }

  /** Empties the view; what happens from now on is shown. */
  clear(): readonly LogLine[] {
    this.lines = []
    return this.lines
  }

  private forget(): void {
    this.lines = []
    this.lastSeq = -1
    this.deployment = null
  }

  private describe(event: LabEvent): readonly LogLine[] {
    const sentences = describeEvent(event, { deployment: this.deployment })
    if (event.type === 'deploymentProgressed') this.deployment = event.deployment
    return sentences.map((line, at) => ({ ...line, id: event.seq + at / 1000, atMs: event.atMs }))
  }
}

/** Index of the first event beyond `seq`; numbers rise, and the fresh ones are few and at the end. */
function firstAfter(events: readonly LabEvent[], seq: number): number {
  let at = events.length
  while (at > 0 && (events[at - 1]?.seq ?? -1) > seq) at -= 1
  return at
}
