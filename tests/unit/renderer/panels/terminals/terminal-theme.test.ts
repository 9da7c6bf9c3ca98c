import { describe, expect, it } from 'vitest'
import { readTerminalLook, terminalFontSize } from '../../../../../renderer/src/panels/terminals/terminal-theme.ts'

const SIZES: Readonly<Record<string, string>> = { '--text-small': '12px', '--font-mono': "'JetBrains Mono', monospace" }

/** Gives every token a colour of its own, and remembers which were asked for. */
function fakeTokens(): { readonly token: (name: string) => string; readonly colourOf: ReadonlyMap<string, string> } {
  const colourOf = new Map<string, string>()
  const token = (name: string): string => {
    const known = SIZES[name] ?? colourOf.get(name) ?? `#${(colourOf.size + 1).toString(16).padStart(6, '0')}`
    if (!(name in SIZES)) colourOf.set(name, known)
    return known
  }
  return { token, colourOf }
}

describe('readTerminalLook', () => {
  const { token, colourOf } = fakeTokens()
  const look = readTerminalLook(token)

  it('takes each of the sixteen colours from the token of its own name', () => {
    for (const name of ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const) {
      const bright = `bright${name.charAt(0).toUpperCase()}${name.slice(1)}`
      expect(look.theme[name]).toBe(colourOf.get(`--ansi-${name}`))
      expect(Object.entries(look.theme)).toContainEqual([bright, colourOf.get(`--ansi-bright-${name}`)])
    }
  })

  it('takes the surface from the terminal tokens', () => {
    expect(look.theme).toMatchObject({
      background: colourOf.get('--terminal-background'),
      foreground: colourOf.get('--terminal-text'),
      cursor: colourOf.get('--terminal-cursor'),
      selectionBackground: colourOf.get('--terminal-selection'),
    })
  })

  it('has colours in the form that the search add-on asks for', () => {
    expect(Object.values(look.search).filter((colour) => !/^#[0-9a-f]{6}$/i.test(String(colour)))).toEqual([])
  })

  it('stays usable where a token is missing', () => {
    expect(readTerminalLook(() => '')).toMatchObject({ fontFamily: 'monospace', fontSize: 12 })
  })
})

describe('terminalFontSize', () => {
  const look = readTerminalLook(fakeTokens().token)

  it('is one step smaller in a tile, but never below 11 px nor absurdly large', () => {
    expect(terminalFontSize(look, 0, false)).toBe(12)
    expect(terminalFontSize(look, 0, true)).toBe(11)
    expect(terminalFontSize(look, -4, true)).toBe(11)
    expect(terminalFontSize(look, 99, false)).toBe(32)
  })
})
