import { describe, expect, it } from 'vitest'
import { ERROR_SENTENCES } from '../../services/contract/errors.ts'
import { readProjectFile } from './files.ts'

/** Every sentence exists in both languages, with the same places to fill. */

type Messages = { readonly [key: string]: string | Messages }

/** The sentences by their full key: `toolbar.start`. */
function flatten(messages: Messages, above = ''): Map<string, string> {
  const flat = new Map<string, string>()
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value === 'string') flat.set(above + key, value)
    else for (const [inner, sentence] of flatten(value, `${above}${key}.`)) flat.set(inner, sentence)
  }
  return flat
}

/** The names of the places `{name}` in a sentence, in order of the alphabet. */
function places(sentence: string | undefined): string[] {
  return [...new Set([...(sentence ?? '').matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort()
}

function locale(language: string): Map<string, string> {
  return flatten(JSON.parse(readProjectFile(`renderer/src/locales/${language}.json`)) as Messages)
}

const english = locale('en')
const french = locale('fr')

describe('the locales', () => {
  it('have the same keys', () => {
    expect([...english.keys()].filter((key) => !french.has(key))).toEqual([])
    expect([...french.keys()].filter((key) => !english.has(key))).toEqual([])
  })

  it('have no empty sentence', () => {
    const empty = [english, french].flatMap((sentences) => [...sentences].filter(([, text]) => text.trim() === ''))
    expect(empty).toEqual([])
  })

  it('fill the same places', () => {
    const different = [...english].filter(([key, text]) => places(text).join() !== places(french.get(key)).join())
    expect(different.map(([key]) => key)).toEqual([])
  })

  it.each(Object.entries(ERROR_SENTENCES))('have a sentence for the error %s, with its places', (code, sentence) => {
    expect(places(english.get(`errors.${code}`))).toEqual(places(sentence))
    expect(places(french.get(`errors.${code}`))).toEqual(places(sentence))
    expect(french.get(`errors.${code}`)).toBeTruthy()
  })
})
