import type { FaultMeter } from './fault-meter.ts'
import type { Fault } from './fault.ts'

/** The least time until TCP sends again (RFC 6298 has 1 s; Linux, 200 ms: TCP_RTO_MIN), doubled each time (section 5.5). */
export const RETRANSMISSION_MS = 200
const MAX_RETRANSMISSION_MS = 60_000

/**
 * So many of a hundred pieces are lost. A datagram is really gone. Of a stream the kernel's segments are out of reach:
 * its loss is modelled as the time until it would have been sent again, which the rest of the stream waits for too.
 * `random` gives numbers from 0 up to, not with, 1.
 */
export function loss(
  { percent }: { readonly percent: number },
  meter: Pick<FaultMeter, 'dropped'>,
  random: () => number = Math.random,
): Fault {
  const isLost = (): boolean => random() * 100 < percent
  return {
    fate: ({ transport, bytes, readyMs }) => {
      if (bytes === 0) return readyMs
      if (transport === 'udp') return isLost() ? 'lost' : readyMs
      let waitMs = 0
      for (let rtoMs = RETRANSMISSION_MS; rtoMs < MAX_RETRANSMISSION_MS && isLost(); rtoMs *= 2) {
        waitMs += rtoMs
        meter.dropped += 1
      }
      return readyMs + waitMs
    },
  }
}
