import type { PacketFilterError } from '../../../../services/contract/index.ts'

/** What the filter box does with the text in it. The language itself is read by the engine. */

/** More than this is no help while typing. */
const MAX_SUGGESTIONS = 12

/** The text around a mistake. At the end of the text, where something is missing, the mark stands on one blank. */
export function markedParts(text: string, { start, end }: PacketFilterError): readonly [string, string, string] {
  const from = Math.min(start, text.length)
  const to = Math.max(from, Math.min(end, text.length))
  return [text.slice(0, from), to > from ? text.slice(from, to) : ' ', text.slice(to)]
}

/** Words that could stand at the mistake: those that begin as it does come first, the rest only when none does. */
export function suggestions(text: string, { start, end, expected }: PacketFilterError): readonly string[] {
  const typed = text.slice(start, end).toLowerCase()
  const begin = expected.filter((word) => word.toLowerCase().startsWith(typed) && word.toLowerCase() !== typed)
  const contain = expected.filter((word) => !begin.includes(word) && typed !== '' && word.toLowerCase().includes(typed))
  const found = [...begin, ...contain]
  return (found.length > 0 ? found : expected).slice(0, MAX_SUGGESTIONS)
}

/** The text with a word in the place of the mistake, a blank behind it, and where the cursor goes then. */
export function complete(
  text: string,
  { start, end }: PacketFilterError,
  word: string,
): { readonly text: string; readonly cursor: number } {
  const before = text.slice(0, start)
  const gap = before === '' || /[\s(]$/.test(before) ? '' : ' '
  const after = text.slice(end).trimStart()
  const done = `${before}${gap}${word} `
  return { text: done + after, cursor: done.length }
}

/** Both must hold. What is there already is put into parentheses when it has an `or`. */
export function alsoFilter(filter: string, test: string): string {
  const present = filter.trim()
  if (present === '') return test
  if (present === test || present.endsWith(` and ${test}`)) return present
  return / or |\|\|/i.test(present) ? `(${present}) and ${test}` : `${present} and ${test}`
}
