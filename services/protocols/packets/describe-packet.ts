import { ETHERNET_BYTES, IPV4_BYTES } from './frame.ts'
import { applicationLayer } from './layers/application-layer.ts'
import { internetLayer } from './layers/internet-layer.ts'
import type { Layer } from './layers/layer.ts'
import { linkLayer } from './layers/link-layer.ts'
import { transportBytes, transportLayer } from './layers/transport-layer.ts'
import { packetFrame } from './packet-frame.ts'
import { payloadOf, type PacketRecord } from './record.ts'
import type { PacketSummary } from './summary.ts'

/** Why some fields are modelled: the one sentence that stands beside the mark. */
export const WHY_MODELLED = 'packets.whyModelled'

export interface PacketDetails {
  readonly no: number
  /** Top down: application (where there is any data), transport, internet, link. */
  readonly layers: readonly Layer[]
  /** The whole modelled frame; fields say where in it they stand. */
  readonly bytes: Buffer
  /** Where the captured bytes begin in it; everything before is modelled but for addresses and ports. */
  readonly payloadOffset: number
  readonly whyModelled: typeof WHY_MODELLED
}

/** A packet layer by layer, from its record and the summary that the `Dissector` made of it. */
export function describePacket(record: PacketRecord, summary: PacketSummary): PacketDetails {
  const payload = payloadOf(record)
  const bytes = packetFrame(summary, payload)
  const payloadOffset = ETHERNET_BYTES + IPV4_BYTES + transportBytes(bytes, summary)
  const application = applicationLayer(payload, payloadOffset, summary)
  const layers = [transportLayer(bytes, summary, payload.length), internetLayer(bytes), linkLayer(bytes)]
  return {
    no: record.no,
    layers: application === null ? layers : [application, ...layers],
    bytes,
    payloadOffset,
    whyModelled: WHY_MODELLED,
  }
}
