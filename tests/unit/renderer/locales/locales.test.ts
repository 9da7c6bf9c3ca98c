import { describe, expect, it } from 'vitest'
import { wholeTranslations } from '../translations.ts'
import en from '../../../../renderer/src/locales/en.json' with { type: 'json' }
import fr from '../../../../renderer/src/locales/fr.json' with { type: 'json' }
import { ERROR_SENTENCES } from '../../../../services/contract/errors.ts'
import { STEP_NEXTS, STEP_WHYS } from '../../../../services/contract/network.ts'
import { TRACE_SENTENCES } from '../../../../services/protocols/packets/traces/sentences.ts'
import { FILTER_ERRORS } from '../../../../services/protocols/packets/filter/filter-error.ts'
import { FIELD_NAMES } from '../../../../services/protocols/packets/layers/field-names.ts'

function flatten(tree: object, prefix = ''): [key: string, sentence: string][] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    const key = `${prefix}${name}`
    if (typeof value === 'string') return [[key, value] as [string, string]]
    return typeof value === 'object' && value !== null ? flatten(value, `${key}.`) : []
  })
}

function places(sentence: string): string[] {
  return [...new Set([...sentence.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].toSorted()
}

const english = new Map(flatten(en))
const french = new Map(flatten(fr))
const sources = Object.entries(
  import.meta.glob<string>('../../../../renderer/src/**/*.{ts,vue}', { query: '?raw', import: 'default', eager: true }),
)

describe('the two languages', () => {
  it('say the same things', () => {
    expect([...french.keys()].toSorted()).toEqual([...english.keys()].toSorted())
  })

  it('have the same places in every sentence', () => {
    for (const [key, sentence] of english) expect([key, places(french.get(key) ?? '')]).toEqual([key, places(sentence)])
  })

  it('have every failure of the contract, with its places', () => {
    for (const [code, sentence] of Object.entries(ERROR_SENTENCES)) {
      expect([code, places(english.get(`errors.${code}`) ?? '')]).toEqual([code, places(sentence)])
    }
    const known = Object.keys(ERROR_SENTENCES).toSorted()
    expect(Object.keys(en.errors).toSorted()).toEqual(known)
  })

  it('have every sentence of a trace, in English as the command line tells it, and only with its places', () => {
    expect(en.packets.steps).toEqual(TRACE_SENTENCES)
    expect(Object.keys(fr.packets.steps)).toEqual(Object.keys(TRACE_SENTENCES))
  })

  it('have every sentence of a stop', () => {
    expect(Object.keys(en.step.why).toSorted()).toEqual([...STEP_WHYS].toSorted())
    expect(Object.keys(en.step.next).toSorted()).toEqual([...STEP_NEXTS].toSorted())
  })
})

describe('the sentences about packets', () => {
  it('have every field by the name that its protocol gives it', () => {
    expect(Object.keys(en.packets.fields).toSorted()).toEqual(Object.keys(FIELD_NAMES).toSorted())
    expect(en.packets.fields).toEqual(FIELD_NAMES)
  })

  it('have every mistake of a filter, with its places', () => {
    expect(Object.keys(en.packets.filterErrors).toSorted()).toEqual(Object.keys(FILTER_ERRORS).toSorted())
    for (const [key, sentence] of Object.entries(FILTER_ERRORS))
      expect([key, places(english.get(`packets.filterErrors.${key}`) ?? '')]).toEqual([key, places(sentence)])
  })
})

describe('French typography', () => {
  it('has a no-break space before double punctuation and inside guillemets', () => {
    const breakable = [...french].filter(([, sentence]) => /[^\u00a0\u202f/\d}]:(?=\s|$)| [:;?!»]|« /.test(sentence))
    expect(breakable).toEqual([])
  })

  it('has curved apostrophes', () => {
    expect([...french].filter(([, sentence]) => sentence.includes("'"))).toEqual([])
  })
})

describe('the sources', () => {
  it('name only sentences that exist', () => {
    const missing = sources.flatMap(([file, text]) =>
      [...text.matchAll(/\bt\('([\w.-]+)'/g)].map(([, key = '']) => key).filter((key) => !english.has(key) && file),
    )
    expect(missing).toEqual([])
  })

  it('build keys only below branches that exist', () => {
    const branches = new Set(
      [...english.keys()].flatMap((key) => key.split('.').map((_, i, all) => all.slice(0, i + 1).join('.'))),
    )
    const missing = sources
      .flatMap(([, text]) => [...text.matchAll(/\bt\(`([\w.-]+)\.\$\{/g)].map(([, branch = '']) => branch))
      .filter((branch) => !branches.has(branch))
    expect(missing).toEqual([])
  })
})

it('counts in both languages', () => {
  const { t, locale } = wholeTranslations().global
  expect(t('chooser.hosts', { count: 1 }, 1)).toBe('1 server')
  expect(t('chooser.hosts', { count: 5 }, 5)).toBe('5 servers')
  locale.value = 'fr'
  expect(t('chooser.hosts', { count: 0 }, 0)).toContain('0 serveur')
})
