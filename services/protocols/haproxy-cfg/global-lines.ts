import { CfgMistake, unknownWord } from './mistake.ts'
import { STATS_LEVELS, type GlobalSettings } from './model.ts'
import { noMoreWords, readEndpoint, readNumber } from './values.ts'

/** The lines of `global` (HAProxy manual, section 3). */

export type GlobalDraft = { -readonly [Key in keyof GlobalSettings]: GlobalSettings[Key] }

export const GLOBAL_LINES: Readonly<
  Record<string, (words: readonly string[], draft: GlobalDraft, line: number) => void>
> = {
  // Where HAProxy would send its log: the built-in balancer writes its log to its terminal.
  log: () => undefined,
  maxconn(words, draft) {
    draft.maxconn = readNumber(words[1], 'maxconn', 1, 1_000_000)
    noMoreWords(words, 2)
  },
  // HAProxy's own tuning; the built-in balancer always has one thread.
  nbthread(words) {
    readNumber(words[1], 'nbthread', 1, 64)
    noMoreWords(words, 2)
  },
  stats: readStatsSocket,
}

/** `stats socket ipv4@127.10.0.10:9910 level admin`. */
function readStatsSocket(words: readonly string[], draft: GlobalDraft, line: number): void {
  if (words[1] !== 'socket') throw unknownWord('stats keyword', words[1] ?? '', ['socket'])
  if (draft.statsSocket) throw new CfgMistake(`a second stats socket; the first is on line ${draft.statsSocket.line}`)
  if (words[2]?.startsWith('/')) throw new CfgMistake('the stats socket is reached over TCP here: ipv4@ADDRESS:PORT')
  const endpoint = readEndpoint(words[2], 'stats socket')
  if (words[3] !== undefined && words[3] !== 'level') throw unknownWord('stats socket keyword', words[3], ['level'])
  const level = words[3] === undefined ? 'operator' : STATS_LEVELS.find((candidate) => candidate === words[4])
  if (!level) throw unknownWord('level', words[4] ?? '', STATS_LEVELS)
  noMoreWords(words, 5)
  draft.statsSocket = { ...endpoint, level, line }
}
