import { CfgMistake, unknownWord } from './mistake.ts'
import type { ServerSettings } from './model.ts'
import { readAddress, readDuration, readNumber } from './values.ts'

/** The words behind `server NAME ADDRESS:PORT` and `default-server` (HAProxy manual, section 5.2). */

type Change = Partial<{ -readonly [Key in keyof ServerSettings]: ServerSettings[Key] }>

/** HAProxy's largest weight. */
export const MAX_WEIGHT = 256

const FLAGS: Readonly<Record<string, Change>> = {
  check: { check: true },
  'no-check': { check: false },
  backup: { backup: true },
  disabled: { disabled: true },
  enabled: { disabled: false },
}

const VALUES: Readonly<Record<string, (value: string | undefined) => Change>> = {
  inter: (value) => ({ interMs: readInterval(value, 'inter') }),
  fastinter: (value) => ({ fastInterMs: readInterval(value, 'fastinter') }),
  downinter: (value) => ({ downInterMs: readInterval(value, 'downinter') }),
  rise: (value) => ({ rise: readNumber(value, 'rise', 1, 1000) }),
  fall: (value) => ({ fall: readNumber(value, 'fall', 1, 1000) }),
  weight: (value) => ({ weight: readNumber(value, 'weight', 0, MAX_WEIGHT) }),
  source: (value) => ({ source: readAddress(value, 'source') }),
  maxconn: (value) => ({ maxconn: readNumber(value, 'maxconn', 0, 1_000_000) || null }),
}

function readInterval(value: string | undefined, what: string): number {
  const ms = readDuration(value, what)
  if (ms === 0) throw new CfgMistake(`${what} cannot be 0: checks need time between them`)
  return ms
}

/** Applies the words from index `from` on to `settings`. Throws `CfgMistake`. */
export function readServerSettings(words: readonly string[], from: number, settings: ServerSettings): ServerSettings {
  const result: ServerSettings & Change = { ...settings }
  for (let at = from; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const flag = FLAGS[word]
    const value = VALUES[word]
    if (flag) Object.assign(result, flag)
    else if (value) Object.assign(result, value(words[++at]))
    else throw unknownWord('server keyword', word, [...Object.keys(FLAGS), ...Object.keys(VALUES)])
  }
  return result
}
