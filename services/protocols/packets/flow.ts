import type { FlowEnds, LabMap } from './lab-map.ts'
import type { Endpoint, PacketRecord, Transport } from './record.ts'

/** What all packets of one connection have in common; they share this one object. */
export interface Flow extends FlowEnds {
  readonly connection: number
  readonly transport: Transport
  /** The host whose NIC recorded it: the one that was called. */
  readonly host: string
  readonly peerHost: string | null
  /** The end that opened the connection, and the one that was called. */
  readonly client: Endpoint
  readonly server: Endpoint
}

export function flowOf(record: PacketRecord, map: LabMap): Flow {
  const { connection, transport, host, peerHost, client, server } = record
  return { connection, transport, host, peerHost, client, server, ...map.endsOf(record) }
}
