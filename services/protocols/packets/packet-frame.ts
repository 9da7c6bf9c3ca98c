import {
  NO_PAYLOAD,
  portUnreachableFrame,
  TCP_FLAGS,
  tcpFrame,
  udpFrame,
  type FrameEnds,
  type FramePayload,
} from './frame.ts'
import type { PacketSummary } from './summary.ts'
import { initialSequence, sequenceAt } from './tcp-numbers.ts'

/**
 * The frame that stands for a packet. One record may have been many segments on a real wire: it is shown as one, as a
 * capture on a machine whose card cuts segments shows it. A handshake is shown by its SYN, a refusal by its answer.
 */
export function packetFrame(summary: PacketSummary, payload: Uint8Array): Buffer {
  const { flow, forward, kind } = summary
  const ends = forward ? { from: flow.client, to: flow.server } : { from: flow.server, to: flow.client }
  const data: FramePayload = { bytes: payload, length: summary.length }
  if (flow.transport === 'udp') {
    if (kind !== 'refused') return udpFrame(ends, data)
    return portUnreachableFrame(ends, udpFrame({ from: ends.to, to: ends.from }, NO_PAYLOAD))
  }
  const sequence = initialSequence(flow.connection, true)
  if (kind === 'handshake') return tcpFrame(ends, { sequence, acknowledgement: 0, flags: TCP_FLAGS.SYN }, data)
  if (kind === 'refused') return refusalFrame(flow.connection, ends)
  return dataFrame(summary, ends, data)
}

/** A reset that acknowledges the SYN (RFC 9293 section 3.10.7.1). */
export function refusalFrame(connection: number, ends: FrameEnds): Buffer {
  const acknowledgement = sequenceAt(connection, true, 0)
  return tcpFrame(ends, { sequence: 0, acknowledgement, flags: TCP_FLAGS.RST | TCP_FLAGS.ACK }, NO_PAYLOAD)
}

function dataFrame(summary: PacketSummary, ends: FrameEnds, data: FramePayload): Buffer {
  const { connection } = summary.flow
  const header = {
    sequence: sequenceAt(connection, summary.forward, summary.offset),
    acknowledgement: sequenceAt(connection, !summary.forward, summary.acknowledged),
    flags: TCP_FLAGS.ACK | ownFlag(summary.kind),
  }
  return tcpFrame(ends, header, data)
}

function ownFlag(kind: PacketSummary['kind']): number {
  if (kind === 'close') return TCP_FLAGS.FIN
  return kind === 'reset' ? TCP_FLAGS.RST : TCP_FLAGS.PSH
}
