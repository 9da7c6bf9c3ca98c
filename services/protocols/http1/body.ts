import { ChunkedScanner, type DataListener } from './chunked.ts'
import type { BodyFraming } from './framing.ts'

/** Finds the end of one message's body in the bytes that follow its head. */
export interface BodyScanner {
  /** True when the whole body went by. Never true for a body that ends with its connection. */
  readonly done: boolean
  /**
   * Goes through `bytes[start, end)` and returns where the body ends in it, or `end` when it goes on. `onData` gets the
   * body's own data, free of chunk sizes. Throws `Http1Error` for bad chunks.
   */
  scan(bytes: Buffer, start: number, end: number, onData?: DataListener): number
}

const NO_BODY: BodyScanner = { done: true, scan: (_bytes, start) => start }

const UNTIL_CLOSE: BodyScanner = {
  done: false,
  scan(bytes, start, end, onData) {
    onData?.(bytes, start, end)
    return end
  },
}

class LengthScanner implements BodyScanner {
  private left: number

  constructor(length: number) {
    this.left = length
  }

  get done(): boolean {
    return this.left === 0
  }

  scan(bytes: Buffer, start: number, end: number, onData?: DataListener): number {
    const to = Math.min(end, start + this.left)
    this.left -= to - start
    onData?.(bytes, start, to)
    return to
  }
}

export function createBodyScanner(framing: BodyFraming): BodyScanner {
  switch (framing.kind) {
    case 'none':
      return NO_BODY
    case 'length':
      return new LengthScanner(framing.length)
    case 'chunked':
      return new ChunkedScanner()
    case 'close':
      return UNTIL_CLOSE
  }
}
