/** Up to this rate dots show what moves; above it they are noise, and the line's thickness speaks instead (UI.md). */
export const MAX_DOT_RATE = 20
/** Thicker than this times the plain line it would cover labels and cards. */
const MAX_THICKNESS = 3.5

/** How many times the plain line's width a link is drawn with: one step for every tenfold above what dots can show. */
export function linkThickness(perSecond: number): number {
  return 1 + Math.min(MAX_THICKNESS - 1, Math.log10(Math.max(1, perSecond / MAX_DOT_RATE)))
}
