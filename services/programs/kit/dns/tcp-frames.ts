/** Messages out of a TCP stream: two bytes of length, then the message (RFC 1035 section 4.2.2), cut anywhere by the network. */
export class TcpFrames {
  private chunks: Buffer[] = []
  private size = 0
  /** Bytes that must have come before looking again makes sense. */
  private wanted = 2

  /** Whether nothing of a message that is yet to come is held. */
  get isEmpty(): boolean {
    return this.size === 0
  }

  /** Takes what came; returns the messages that are complete by it. */
  push(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk)
    this.size += chunk.length
    // A message that trickles in byte by byte is put together once, not with every byte.
    if (this.size < this.wanted) return []
    return this.cut(this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks))
  }

  private cut(bytes: Buffer): Buffer[] {
    const messages: Buffer[] = []
    let offset = 0
    for (;;) {
      const end = offset + 2 <= bytes.length ? offset + 2 + bytes.readUInt16BE(offset) : offset + 2
      if (end > bytes.length || offset + 2 > bytes.length) {
        this.wanted = end - offset
        break
      }
      messages.push(bytes.subarray(offset + 2, end))
      offset = end
    }
    const rest = bytes.subarray(offset)
    this.chunks = rest.length > 0 ? [rest] : []
    this.size = rest.length
    return messages
  }
}
