import type { Fault } from './fault.ts'

/**
 * A cable that is pulled: nothing arrives, and nobody is told. Datagrams are lost; a stream goes on where it stood when
 * the cable is back, as TCP would by sending again. The handshake of a new connection is the system's, which answers it;
 * then there is silence.
 */
export function unplug(): Fault {
  return { atConnect: 'silence', fate: ({ transport }) => (transport === 'udp' ? 'lost' : 'kept') }
}
