import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('renderer/src/styles/tokens.css', 'utf8')

/** WCAG 2.2: 4.5 for text (1.4.3), 3 for what must be seen to use a control (1.4.11). */
const TEXT = 4.5
const SHAPE = 3

type Tokens = ReadonlyMap<string, string>

function block(selector: string): Tokens {
  const body = css.split(selector)[1]?.split('}')[0] ?? ''
  return new Map([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]))
}

const light = block(":root[data-theme='light'] {")
const themes: readonly (readonly [string, Tokens])[] = [
  ['light', light],
  ['dark', block(":root[data-theme='dark'] {")],
  ['projector', new Map([...light, ...block(":root[data-theme='projector'] {")])],
]

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(tokens: Tokens, front: string, back: string): number {
  const [high = 0, low = 0] = [front, back]
    .map((name) => luminance(tokens.get(name) ?? expect.fail(`no token --${name}`)))
    .toSorted((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

const surfaces = ['canvas', 'surface', 'surface-raised', 'surface-hover', 'accent-quiet']
const states = ['neutral', 'amber', 'green', 'violet', 'blue', 'red']
const ansi = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

describe.each(themes)('the %s theme', (_name, tokens) => {
  it.each(surfaces)('can be read on %s', (back) => {
    for (const front of ['text', 'text-muted']) expect(contrast(tokens, front, back)).toBeGreaterThanOrEqual(TEXT)
    for (const state of states) expect(contrast(tokens, `state-${state}`, back)).toBeGreaterThanOrEqual(TEXT)
  })

  it.each(['dns', 'http', 'hrana', 'tcp', 'udp'])('tells %s by a colour that can be read in every row', (protocol) => {
    for (const back of ['surface-raised', 'surface-hover', 'accent-quiet'])
      expect(contrast(tokens, `protocol-${protocol}`, back)).toBeGreaterThanOrEqual(TEXT)
  })

  it('tells the sides of a stream by colours that can be read', () => {
    for (const side of ['client', 'server'])
      expect(contrast(tokens, `stream-${side}`, 'surface-raised')).toBeGreaterThanOrEqual(TEXT)
  })

  it('can be read on the primary button, on quiet accents and in failures', () => {
    expect(contrast(tokens, 'on-accent', 'accent')).toBeGreaterThanOrEqual(TEXT)
    expect(contrast(tokens, 'on-accent', 'accent-hover')).toBeGreaterThanOrEqual(TEXT)
    expect(contrast(tokens, 'accent-text', 'accent-quiet')).toBeGreaterThanOrEqual(TEXT)
    for (const state of states) {
      expect(contrast(tokens, 'text', `state-${state}-quiet`)).toBeGreaterThanOrEqual(TEXT)
      expect(contrast(tokens, `state-${state}`, `state-${state}-quiet`)).toBeGreaterThanOrEqual(TEXT)
    }
  })

  it('shows focus, fields and links', () => {
    for (const back of surfaces) expect(contrast(tokens, 'focus', back)).toBeGreaterThanOrEqual(SHAPE)
    for (const front of ['border-strong', 'link', 'link-active']) {
      expect(contrast(tokens, front, 'canvas')).toBeGreaterThanOrEqual(SHAPE)
    }
  })

  it.each(ansi)('can be read in the terminal in %s', (colour) => {
    for (const name of [`ansi-${colour}`, `ansi-bright-${colour}`]) {
      expect(contrast(tokens, name, 'terminal-background')).toBeGreaterThanOrEqual(TEXT)
    }
  })
})
