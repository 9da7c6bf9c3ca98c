import type { Fault } from './fault.ts'

/**
 * Every piece is so long under way, evenly spread by the jitter; order is kept within a connection. Nothing waits for
 * anything else, so that throughput is cut only by what the delay itself explains. (netem's `delay TIME JITTER`.)
 */
export function latency({ ms, jitterMs }: { readonly ms: number; readonly jitterMs: number }): Fault {
  return {
    maxQueuedBytes: MAX_UNDER_WAY_BYTES,
    fate: ({ readyMs }) => readyMs + Math.max(0, ms + jitterMs * (2 * Math.random() - 1)),
  }
}

/** What a connection of 1 Gbit/s has under way in 130 ms: no window of TCP's own in the way. */
const MAX_UNDER_WAY_BYTES = 16 * 1024 * 1024
