import { createBirpc, type BirpcReturn } from 'birpc'
import { LabError } from '../../../services/contract/errors.ts'
import { foldEvent } from '../../../services/contract/fold.ts'
import type {
  ClientFunctions,
  CommandOutput,
  EngineFunctions,
  LabEvent,
  Subscription,
} from '../../../services/contract/index.ts'
import type { LabClient } from './client.ts'
import { onEngineGone, onEngineRestarted, receiveEnginePort } from './port.ts'

type Rpc = BirpcReturn<EngineFunctions, ClientFunctions, false>
type EventListener = (events: readonly LabEvent[]) => void
type TerminalListener = (data: string, reset: boolean) => void

/** Where the ports come from; tests give their own. */
export interface EngineSource {
  receiveEnginePort(): Promise<MessagePort>
  onEngineRestarted(listener: () => void): () => void
  onEngineGone(listener: () => void): () => void
}

/**
 * The client of a window: the contract over the preload's port, which the first command asks for, and over the next one
 * when the engine restarts.
 */
export function createLiveClient(
  source: EngineSource = { receiveEnginePort, onEngineRestarted, onEngineGone },
): LabClient {
  const feed = new EventFeed()
  const terminals = new Map<string, Set<TerminalListener>>()

  const functions: ClientFunctions = {
    onEvents: (events) => feed.take(events),
    onTerminalData: (service, data, reset) => terminals.get(service)?.forEach((listener) => listener(data, reset)),
  }

  async function open(): Promise<Rpc> {
    const port = await source.receiveEnginePort().catch(() => {
      throw engineEnded()
    })
    const rpc = createBirpc<EngineFunctions, ClientFunctions, false>(functions, {
      proxify: false,
      post: (data) => port.postMessage(data),
      on: (listener) => {
        port.onmessage = ({ data }) => listener(data)
      },
      off: () => port.close(),
      // A start of the lab may take long; what bounds the waiting is the engine's end.
      timeout: -1,
    })
    return rpc
  }

  let current: Promise<Rpc> | null = null
  function opened(): Promise<Rpc> {
    const rpc = open()
    // Whoever calls next is told; a connection that nobody waits for is no unhandled failure.
    rpc.catch(() => undefined)
    return rpc
  }
  async function call<Value>(work: (rpc: Rpc) => Promise<Value>): Promise<Value> {
    current ??= opened()
    const rpc = await current
    try {
      return await work(rpc)
    } catch (error) {
      throw rpc.$closed ? engineEnded() : asLabError(error)
    }
  }
  function closeCurrent(): void {
    void current?.then(
      (rpc) => rpc.$close(),
      () => undefined,
    )
  }

  source.onEngineRestarted(() => {
    closeCurrent()
    feed.awaitSnapshot()
    current = opened()
    if (feed.isSubscribed)
      void call((rpc) => rpc.$call('subscribe')).then(
        (now) => feed.startAnew(now),
        () => undefined,
      )
  })
  source.onEngineGone(() => {
    closeCurrent()
    feed.startAnew(null)
  })

  return {
    run: async (command, input) => {
      // Plain data: a store's reactive proxy cannot be cloned into a message.
      const plain = JSON.parse(JSON.stringify(input)) as typeof input
      const result = await call((rpc) => rpc.$call('run', command, plain))
      if (result.ok) return result.value as CommandOutput<typeof command>
      throw new LabError(result.failure.code, result.failure.params)
    },
    subscribe: async (listener) => feed.start(await call((rpc) => rpc.$call('subscribe')), listener),
    onTerminalData: (service, listener) => {
      const listeners = terminals.get(service) ?? new Set()
      terminals.set(service, listeners.add(listener))
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0 && terminals.get(service) === listeners) terminals.delete(service)
      }
    },
  }
}

/**
 * Puts snapshot and events together with no gap and no overlap, also across a restart of the engine: a new engine
 * counts from the beginning, but who listens here sees one lab end and the numbers go on.
 */
class EventFeed {
  #listener: EventListener | null = null
  /** Events that came before the snapshot. */
  #early: LabEvent[] = []
  /** The last number that was passed on, in the listener's counting. */
  #lastSeq = 0
  /** What is added to the present engine's numbers. */
  #offset = 0
  /** Between an engine's end and the next one's snapshot, events wait as they do at the start. */
  #hasSnapshot = false

  get isSubscribed(): boolean {
    return this.#listener !== null
  }

  take(events: readonly LabEvent[]): void {
    if (!this.#hasSnapshot) this.#early.push(...events)
    else this.#pass(events)
  }

  awaitSnapshot(): void {
    this.#hasSnapshot = false
    this.#early = []
  }

  start(subscription: Subscription, listener: EventListener): Subscription {
    this.#listener = listener
    const early = this.#takeEarly(subscription.state.seq)
    const state = early.reduce(foldEvent, subscription.state)
    this.#lastSeq = state.seq
    return { state, recent: [...subscription.recent, ...early] }
  }

  /** The engine is another one (or none at all, null): the lab that was is gone. */
  startAnew(subscription: Subscription | null): void {
    this.#offset = this.#lastSeq + 1
    this.#pass([{ type: 'labDisposed', seq: 0, atMs: Date.now() }])
    if (subscription === null) return
    const early = this.#takeEarly(subscription.state.seq)
    this.#pass([...subscription.recent, ...early])
  }

  #takeEarly(afterSeq: number): readonly LabEvent[] {
    this.#hasSnapshot = true
    return this.#early.splice(0).filter(({ seq }) => seq > afterSeq)
  }

  #pass(events: readonly LabEvent[]): void {
    const numbered = events.map((event) => ({ ...event, seq: event.seq + this.#offset }))
    const fresh = numbered.filter(({ seq }) => seq > this.#lastSeq)
    const last = fresh.at(-1)
    if (last === undefined) return
    this.#lastSeq = last.seq
    this.#listener?.(fresh)
  }
}

function engineEnded(): LabError {
  return new LabError('INTERNAL', { detail: 'the engine of the lab ended' })
}

/** What went wrong unexpectedly comes as a plain failure. */
function asLabError(error: unknown): LabError {
  if (error instanceof LabError) return error
  const { message } = error as { readonly message?: unknown }
  return new LabError('INTERNAL', { detail: typeof message === 'string' ? message : String(error) })
}
