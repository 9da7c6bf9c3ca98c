import { CfgMistake } from './mistake.ts'

/**
 * The words of one line: separated by white space, `#` starts a comment, quotes and backslash keep white space together
 * (HAProxy manual, section 2.2). Variables in double quotes are HAProxy's, not the lab's: refused rather than taken literally.
 * Throws `CfgMistake`.
 */
export function splitWords(line: string): string[] {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at)
    if (quote !== '') {
      if (character === quote) quote = ''
      else if (character === '\\' && quote === '"') word = (word ?? '') + line.charAt(++at)
      else if (character === '$' && quote === '"') throw new CfgMistake('variables ("$") are not supported')
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (character === '#') break
    else if (/\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
    } else if (character === '\\') word = (word ?? '') + line.charAt(++at)
    else word = (word ?? '') + character
  }
  if (quote !== '') throw new CfgMistake(`a quote (${quote}) is opened but never closed`)
  if (word !== null) words.push(word)
  return words
}
