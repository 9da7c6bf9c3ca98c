import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const releases = fileURLToPath(new URL('../../../resources/codebases/foobar/releases/', import.meta.url))

type HtmlTag = (strings: TemplateStringsArray, ...values: unknown[]) => { toString(): string }

describe.each(['v1', 'v2', 'v3', 'v4', 'v5'])('the site, release %s', (release) => {
  it('escapes what visitors wrote, and keeps its own markup', async () => {
    const { html } = (await import(`${releases}${release}/app/html.js`)) as { html: HtmlTag }
    const name = `<b>"A" & 'B'</b>`
    expect(html`<p title="${name}">${[html`<i>${name}</i>`, null, undefined, false, 0]}</p>`.toString()).toBe(
      '<p title="&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;"><i>&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;</i>0</p>',
    )
  })

  it('has colours that can be read (WCAG AA, 4.5 to 1)', () => {
    const css = readFileSync(`${releases}${release}/public/assets/style.css`, 'utf8')
    const colour = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(css)?.[1] ?? 'missing'
    const pairs = [
      ['#ffffff', colour('brand')],
      ['#ffffff', colour('brand-dark')],
      [colour('background'), colour('brand')],
      [colour('background'), colour('quiet')],
      [colour('surface'), colour('text')],
      [colour('surface'), colour('wrong')],
    ] as const
    for (const [one, other] of pairs) expect(contrast(one, other), `${one} on ${other}`).toBeGreaterThanOrEqual(4.5)
  })

  it('tells what it is in both languages', () => {
    const { summary } = JSON.parse(readFileSync(`${releases}${release}/release.json`, 'utf8')) as {
      summary: Record<string, string>
    }
    expect(Object.keys(summary)).toEqual(['en', 'fr'])
  })
})

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red = NaN, green = NaN, blue = NaN] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
