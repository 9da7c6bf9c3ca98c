/** A window that cannot be seen paints nothing, and goes on all the same. */
const PAINT_LIMIT_MS = 300
const IDLE_LIMIT_MS = 200

/** Resolves when what is in the document now has been painted: the next frame begins only after that. */
export function afterPaint(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAINT_LIMIT_MS)
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))
  })
}

/** Resolves when the page has nothing to do, or after a while all the same. */
export function whenIdle(): Promise<void> {
  return new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: IDLE_LIMIT_MS }))
}
