import type { Fault } from './fault.ts'

/** Connections are reset: those that stand at once, new ones with their first bytes. Datagrams know no reset: they are lost. */
export function reset(): Fault {
  return {
    resetsStanding: true,
    fate: ({ transport, bytes, readyMs }) => (transport === 'udp' ? 'lost' : bytes === 0 ? readyMs : 'reset'),
  }
}
