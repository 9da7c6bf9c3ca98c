/** The gap between an element and its tip, and the least between a tip and the window's edge. */
const GAP = 6
const MARGIN = 8

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** Where a tip stands, in pixels of the window: above its element, or below where there is no room; never over an edge. */
export function placeTip(element: Box, tip: Size, window: Size): { readonly left: number; readonly top: number } {
  const above = element.top - GAP - tip.height
  const below = element.top + element.height + GAP
  const centred = element.left + element.width / 2 - tip.width / 2
  return {
    left: Math.round(Math.max(MARGIN, Math.min(centred, window.width - MARGIN - tip.width))),
    top: Math.round(above >= MARGIN ? above : below),
  }
}
