/** Every word of a comparison's report. Whoever wants another language passes its own words under the same keys. */
export const ENGLISH_REPORT_WORDS = {
  language: 'en',
  title: 'Deployment strategies compared',
  intro: 'Release {from} was replaced by {release} with each strategy, under {rate} requests per second.',
  resolution: 'Times are exact to plus or minus {ms} ms: the time between two requests.',
  strategy: 'Strategy',
  downtime: 'Downtime (ms)',
  failed: 'Failed requests',
  slow: 'Slow requests',
  longestGap: 'Longest gap (ms)',
  total: 'Total time (ms)',
  spare: 'Spare capacity needed',
  result: 'Result',
  done: 'done',
  notDone: 'failed',
  notRun: 'not run',
  chart: 'What visitors saw over time',
  seconds: 's',
  legendOk: 'answered',
  legendSlow: 'slow',
  legendFailed: 'failed',
  downtimeIs: 'Downtime is the sum of the intervals in which no request that was due succeeded.',
  spareIs: 'Spare capacity: what the strategy takes on top of the servers that are there, while it runs.',
  made: 'Measured {when} with Hoplab.',
} as const
export type ReportWord = keyof typeof ENGLISH_REPORT_WORDS
export type ReportWords = Readonly<Record<ReportWord, string>>

/** English, with what is given in its place. */
export function reportWords(given: Readonly<Record<string, string>> = {}): ReportWords {
  const entries = Object.entries(ENGLISH_REPORT_WORDS).map(([key, word]) => [key, given[key] ?? word])
  return Object.fromEntries(entries) as ReportWords
}

/** Fills `{name}` places. */
export function fillWord(word: string, values: Readonly<Record<string, string | number>>): string {
  return word.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}
