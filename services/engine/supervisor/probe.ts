import { createSocket } from 'node:dgram'
import { connect } from 'node:net'

/** How a service shows that it is ready: it accepts a connection, or answers a datagram. */
export type Probe =
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  | { readonly kind: 'udp'; readonly address: string; readonly port: number; readonly question: Uint8Array }

const ANSWER_MS = 1000

/** One attempt; true when the service answered. Never rejects. */
export function probeOnce(probe: Probe): Promise<boolean> {
  return probe.kind === 'tcp' ? probeTcp(probe) : probeUdp(probe)
}

function probeTcp({ address, port }: { address: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: ANSWER_MS })
    const end = (answered: boolean): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}

/** A connected socket hears "port unreachable" at once, so an unanswered question costs no waiting. */
function probeUdp({
  address,
  port,
  question,
}: {
  address: string
  port: number
  question: Uint8Array
}): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const timer = setTimeout(() => end(false), ANSWER_MS)
    let ended = false
    const end = (answered: boolean): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      socket.close()
      resolve(answered)
    }
    socket.once('message', () => end(true))
    socket.on('error', () => end(false))
    socket.connect(port, address, () => socket.send(question))
  })
}

const FIRST_PAUSE_MS = 8
const LONGEST_PAUSE_MS = 40
const PATIENT_PAUSE_MS = 500

/**
 * Probes until it answers. `onSlow` is called once after `limitMs`; the probing goes on, more slowly, because a slow
 * start is still a start. Ends without an answer when `signal` aborts.
 */
export async function probeUntilReady(
  probe: Probe,
  limitMs: number,
  onSlow: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + limitMs
  let pause = FIRST_PAUSE_MS
  let slow = false
  while (!signal.aborted) {
    if (await probeOnce(probe)) return !signal.aborted
    if (!slow && Date.now() > deadline) {
      slow = true
      onSlow()
    }
    await pauseFor(slow ? PATIENT_PAUSE_MS : pause, signal)
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)
  }
  return false
}

/** Waits; ends early when `signal` aborts. */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
