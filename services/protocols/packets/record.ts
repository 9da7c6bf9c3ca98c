import type { NicRecord } from '../nic/records.ts'

/** What everything in this folder reads: a NIC's record with its payload as bytes. */

export { PACKET_KINDS, type Direction, type Endpoint, type PacketKind } from '../nic/records.ts'
export type { Transport } from '../nic/config.ts'

export interface PacketRecord extends Omit<NicRecord, 'payload'> {
  /** The bytes, from the first on; fewer than `length`, or none, when the NIC keeps less than everything. */
  readonly payload: Uint8Array
}

/** A record as it came from the NIC, ready to be read. */
export function decodeRecord(record: NicRecord): PacketRecord {
  return { ...record, payload: Buffer.from(record.payload, 'base64') }
}

/** Whether it asks for a connection over a cable that is pulled: nobody answers. */
export function isUnanswered({ kind, fault }: Pick<PacketRecord, 'kind' | 'fault'>): boolean {
  return kind === 'handshake' && fault === 'kept'
}

/** The payload as a Buffer over the same memory. */
export function payloadOf(record: PacketRecord): Buffer {
  const { payload } = record
  return Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
}
