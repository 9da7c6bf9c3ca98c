import type { ISearchDecorationOptions } from '@xterm/addon-search'
import type { ITheme } from '@xterm/xterm'

/** Reads a design token; '' when there is none. */
export type TokenReader = (name: string) => string

export interface TerminalLook {
  readonly theme: ITheme
  readonly search: ISearchDecorationOptions
  readonly fontFamily: string
  /** Pixels, before the person's own zoom. */
  readonly fontSize: number
}

/** Below this a terminal cannot be read (UI.md). */
export const MIN_FONT_PX = 11
const MAX_FONT_PX = 32
const ANSI_NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

export function documentTokens(): TokenReader {
  const style = getComputedStyle(document.documentElement)
  return (name) => style.getPropertyValue(name).trim()
}

/** Everything about a terminal's looks that follows the window's theme. */
export function readTerminalLook(token: TokenReader): TerminalLook {
  return {
    theme: readTheme(token),
    search: {
      matchBackground: token('--state-amber-quiet'),
      matchBorder: token('--state-amber'),
      matchOverviewRuler: token('--state-amber'),
      activeMatchBackground: token('--state-amber-quiet'),
      activeMatchBorder: token('--accent'),
      activeMatchColorOverviewRuler: token('--accent'),
    },
    fontFamily: token('--font-mono') || 'monospace',
    fontSize: Number.parseFloat(token('--text-small')) || 12,
  }
}

/** The font size of a terminal: the theme's, plus the person's zoom, minus a step in a tile. */
export function terminalFontSize(look: TerminalLook, zoom: number, tiled: boolean): number {
  const size = look.fontSize + zoom - (tiled ? 1 : 0)
  return Math.min(MAX_FONT_PX, Math.max(MIN_FONT_PX, size))
}

function readTheme(token: TokenReader): ITheme {
  const theme: ITheme = {
    background: token('--terminal-background'),
    foreground: token('--terminal-text'),
    cursor: token('--terminal-cursor'),
    cursorAccent: token('--terminal-background'),
    selectionBackground: token('--terminal-selection'),
    selectionInactiveBackground: token('--terminal-selection'),
    scrollbarSliderBackground: withAlpha(token('--border-strong'), '66'),
    scrollbarSliderHoverBackground: withAlpha(token('--border-strong'), 'a6'),
    scrollbarSliderActiveBackground: token('--border-strong'),
    overviewRulerBorder: token('--terminal-background'),
  }
  for (const name of ANSI_NAMES) {
    const bright = `bright${name.charAt(0).toUpperCase()}${name.slice(1)}` as `bright${Capitalize<typeof name>}`
    theme[name] = token(`--ansi-${name}`)
    theme[bright] = token(`--ansi-bright-${name}`)
  }
  return theme
}

function withAlpha(hex: string, alpha: string): string {
  return /^#[0-9a-f]{6}$/i.test(hex) ? hex + alpha : hex
}
