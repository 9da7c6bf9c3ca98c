import type { Fault } from './fault.ts'

/** A port that is closed, or a firewall that says so: new connections are refused, those that stand stay. */
export function refuse(): Fault {
  return { atConnect: 'refuse', fate: ({ transport, readyMs }) => (transport === 'udp' ? 'lost' : readyMs) }
}
