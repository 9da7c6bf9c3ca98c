/** A window that cannot be seen paints nothing, and goes on all the same. */
const PAINT_LIMIT_MS = 300
const IDLE_LIMIT_MS = 200

/**
 * What was painted can be used at once: pointing at a button takes the browser a few frames (layout, hit test, hover),
 * and whatever starts in the same moment makes the first click wait for it (measured: 143 ms against 67).
 */
const FIRST_INPUT_MS = 100

/** Resolves when what is in the document now has been painted: the next frame begins only after that. */
export function afterPaint(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAINT_LIMIT_MS)
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))
  })
}

/** Resolves when what is in the document now has been painted, could be used for a moment, and the page is idle. */
export async function leaveRoomForInput(): Promise<void> {
  await afterPaint()
  await new Promise((resolve) => setTimeout(resolve, FIRST_INPUT_MS))
  await whenIdle()
}

/** Resolves when the page has nothing to do, or after a while all the same. */
export function whenIdle(): Promise<void> {
  return new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: IDLE_LIMIT_MS }))
}
