import {
  EMPTY_LAB,
  foldEvent,
  type LabEvent,
  type LabState,
  type NewLabEvent,
  type Subscription,
} from '../contract/index.ts'

/** How many events a client that comes later is told about. */
const RECENT_EVENTS = 1000
/** Events are sent together, at most this late: one message each would cost more than what they say. */
const BATCH_MS = 16

type Listener = (events: readonly LabEvent[]) => void

/**
 * The engine's only state, and the only way to change it: an event is numbered, folded in and passed on. A subscriber
 * gets a snapshot and every event after it, with no gap, because both happen in one turn of the event loop.
 */
export class EventLog {
  private current: LabState = EMPTY_LAB
  private seq = 0
  private readonly recent: LabEvent[] = []
  private readonly queues = new Map<Listener, LabEvent[]>()
  private timer: NodeJS.Timeout | null = null
  private readonly observers = new Set<(event: LabEvent) => void>()

  get state(): LabState {
    return this.current
  }

  emit(event: NewLabEvent): void {
    this.seq += 1
    const numbered: LabEvent = { ...event, seq: this.seq, atMs: Date.now() }
    this.current = foldEvent(this.current, numbered)
    if (isMemorable(numbered)) {
      this.recent.push(numbered)
      if (this.recent.length > RECENT_EVENTS) this.recent.shift()
    }
    for (const queue of this.queues.values()) queue.push(numbered)
    if (this.queues.size > 0) this.timer ??= setTimeout(() => this.flush(), BATCH_MS)
    for (const observer of this.observers) observer(numbered)
  }

  subscribe(listener: Listener): Subscription {
    this.queues.set(listener, [])
    return { state: this.current, recent: [...this.recent] }
  }

  unsubscribe(listener: Listener): void {
    this.queues.delete(listener)
  }

  /** Parts of the engine that react to events; called in the same turn. Returns the way to end it. */
  observe(observer: (event: LabEvent) => void): () => void {
    this.observers.add(observer)
    return () => this.observers.delete(observer)
  }

  /** Sends at once what is waiting. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    for (const [listener, queue] of this.queues) {
      if (queue.length > 0) listener(queue.splice(0))
    }
  }
}

const FIGURES: ReadonlySet<LabEvent['type']> = new Set([
  'metricsSampled',
  'networkSampled',
  'traceChanged',
  'stepChanged',
  'trafficSampled',
  'faultsMeasured',
  'capacitySampled',
  'auditProgressed',
])

/** Figures that come all the time would push what happened out of memory. */
function isMemorable(event: LabEvent): boolean {
  if (FIGURES.has(event.type)) return false
  return event.type !== 'backendsChanged' || event.changed.length > 0
}
