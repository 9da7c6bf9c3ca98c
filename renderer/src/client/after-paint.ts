/** A window that cannot be seen paints nothing, and goes on all the same. */
const PAINT_LIMIT_MS = 300

/** Resolves when what is in the document now has been painted. */
export function afterPaint(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAINT_LIMIT_MS)
    requestAnimationFrame(() => setTimeout(resolve))
  })
}
