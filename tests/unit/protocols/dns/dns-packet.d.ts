/** The part of dns-packet (which brings no types) that the tests measure against. */
declare module 'dns-packet' {
  export interface PacketRecord {
    readonly name: string
    readonly type: string
    readonly ttl?: number
    readonly data?: unknown
    readonly [option: string]: unknown
  }
  export interface Packet {
    readonly id?: number
    readonly type?: string
    readonly flags?: number
    readonly flag_aa?: boolean
    readonly rcode?: string
    readonly questions?: readonly { readonly name: string; readonly type: string; readonly class?: string }[]
    readonly answers?: readonly PacketRecord[]
    readonly authorities?: readonly PacketRecord[]
    readonly additionals?: readonly PacketRecord[]
  }
  const packet: {
    encode(packet: Packet): Buffer
    decode(bytes: Uint8Array): Packet
    readonly AUTHORITATIVE_ANSWER: number
    readonly TRUNCATED_RESPONSE: number
    readonly RECURSION_DESIRED: number
    readonly RECURSION_AVAILABLE: number
    readonly DNSSEC_OK: number
  }
  export default packet
}
