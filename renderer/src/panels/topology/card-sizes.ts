import type { CardSizes } from '../../model/topology-layout.ts'
import type { Theme } from '../../stores/settings.ts'

const SCREEN: CardSizes = { width: 188, header: 46, row: 42, gapX: 92, gapY: 26 }
const PROJECTOR: CardSizes = { width: 272, header: 62, row: 62, gapX: 110, gapY: 34 }
/** The small drawings of the chooser. */
export const MINIATURE: CardSizes = { width: 44, header: 8, row: 12, gapX: 22, gapY: 10 }

/** How large the cards are, in the drawing's own pixels: the layout and the cards take it from here. */
export function cardSizes(theme: Theme): CardSizes {
  return theme === 'projector' ? PROJECTOR : SCREEN
}

/** Dragged places are kept per topology; the projector's larger cards have places of their own. */
export function positionsKey(topology: string, theme: Theme): string {
  return theme === 'projector' ? `${topology}@projector` : topology
}
