/**
 * Node's own interface to the streams of libuv, which `net` is built on. It is not documented (DEP0111), so that nothing
 * here may be counted on: who uses it has another way where it is null.
 */

/** One write that is under way. An object that was not needed, because the system took all at once, can be used again. */
export interface WriteRequest {
  /** Kept from the garbage collector until they are written. */
  bytes?: Buffer
  /** Called with 0 or a negative system error. */
  oncomplete?: (status: number) => void
}

export interface StreamHandle {
  /** Returns 0 or a negative system error. */
  writeBuffer(request: WriteRequest, bytes: Buffer): number
}

export interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest
  /** What the last call on any handle left behind. */
  readonly streamBaseState: Int32Array
  /** Index of: 1 when the last write goes on in the background. */
  readonly kLastWriteWasAsync: number
}

/** Null where this Node has no such thing. */
export const STREAM_WRAP: StreamWrap | null = findStreamWrap()

function findStreamWrap(): StreamWrap | null {
  const { binding } = process as unknown as { readonly binding?: (name: string) => Partial<StreamWrap> }
  try {
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = binding?.call(process, 'stream_wrap') ?? {}
    if (typeof WriteWrap !== 'function' || typeof kLastWriteWasAsync !== 'number') return null
    return streamBaseState instanceof Int32Array ? { WriteWrap, streamBaseState, kLastWriteWasAsync } : null
  } catch {
    // Nodes that forbid it throw.
    return null
  }
}
