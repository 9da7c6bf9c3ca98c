import { readFile } from 'node:fs/promises'
import type { Plugin } from 'vite'

/**
 * The sentences that the window shows before anything else is there: whole branches of renderer/src/locales/*.json. A test
 * says so when the toolbar or the status bar needs one more.
 */
export const FIRST_BRANCHES = ['app', 'toolbar', 'status', 'reasons.phase', 'reasons.noTopology', 'reasons.noLab']

type Texts = { readonly [key: string]: string | Texts }

const QUERY = '?first'

/**
 * Lets `import texts from '../locales/en.json?first'` give the part of a language that the first paint needs. The files
 * stay whole: who adds a sentence does it there, and it costs the start of the window nothing.
 */
export function firstTexts(): Plugin {
  return {
    name: 'first-texts',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith(`.json${QUERY}`)) return null
      const file = id.slice(0, -QUERY.length)
      this.addWatchFile(file)
      const all = JSON.parse(await readFile(file, 'utf8')) as Texts
      return { code: `export default ${JSON.stringify(firstOf(all))}`, moduleType: 'js' }
    },
  }
}

/** Only the first branches of a language's sentences, in the same places. A branch that does not exist is an error. */
export function firstOf(all: Texts): Texts {
  return FIRST_BRANCHES.reduce<Texts>((texts, branch) => {
    const names = branch.split('.')
    const value = names.reduce<string | Texts | undefined>(
      (inner, name) => (typeof inner === 'object' ? inner[name] : undefined),
      all,
    )
    if (value === undefined) throw new Error(`There are no sentences "${branch}" in renderer/src/locales.`)
    return put(texts, names, value)
  }, {})
}

function put(texts: Texts, [name = '', ...deeper]: readonly string[], value: string | Texts): Texts {
  if (deeper.length === 0) return { ...texts, [name]: value }
  const inner = texts[name]
  return { ...texts, [name]: put(typeof inner === 'object' ? inner : {}, deeper, value) }
}
