import type { FollowedStream, StreamPiece } from '../../../../services/contract/index.ts'

/** A followed stream as plain text to copy: every piece under the name of who sent it. */
export function streamText(stream: FollowedStream, nameOf: (piece: StreamPiece) => string): string {
  return stream.chunks
    .map((piece) => {
      const gap = piece.missing > 0 ? `[... ${piece.missing} bytes ...]\n` : ''
      return `${gap}--- ${nameOf(piece)} (#${piece.no}, ${piece.length} B)\n${piece.text}`
    })
    .join('\n')
}
