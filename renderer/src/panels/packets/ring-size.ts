/** Sizes of the recording are powers of two, so they are told in MiB. */
export const MIB = 1024 * 1024

/** Whole MiB; something that is not nothing is at least 1. */
export function asMebibytes(bytes: number): number {
  return bytes > 0 ? Math.max(1, Math.round(bytes / MIB)) : 0
}
