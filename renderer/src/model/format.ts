/** Figures with their units, in the language of the window. All are pure; the language comes as a BCP 47 tag. */

const MINUS = '–'

/** Times are in ms below 10 s, with one decimal below 10 ms. */
export function formatMs(ms: number, language: string): string {
  const unit = ms < 10_000 ? { value: ms, name: 'millisecond' } : { value: ms / 1000, name: 'second' }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: unit.name,
    maximumFractionDigits: unit.value < 10 ? 1 : 0,
  }).format(unit.value)
}

export function formatBytes(bytes: number | null, language: string): string {
  if (bytes === null) return MINUS
  const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = Math.min(steps.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000)))
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: steps[step] ?? 'byte',
    maximumFractionDigits: step === 0 || bytes / 1000 ** step >= 100 ? 0 : 1,
  }).format(bytes / 1000 ** step)
}

/** Counts that must stay short: 12,345 becomes 12K. */
export function formatCount(count: number, language: string): string {
  const compact = count >= 10_000
  return new Intl.NumberFormat(language, compact ? { notation: 'compact' } : {}).format(count)
}

/** Per second; one decimal below 10. */
export function formatRate(perSecond: number, language: string): string {
  const digits = perSecond > 0 && perSecond < 10 && !Number.isInteger(perSecond) ? 1 : 0
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: digits, notation: 'compact' })
  return `${number.format(perSecond)}/s`
}

/** How long something has run: 3 s, 2 min 5 s, 1 h 4 min. */
export function formatDuration(ms: number, language: string): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ]
  const from = parts.findIndex(([value]) => value > 0)
  return parts
    .slice(from < 0 ? 2 : from)
    .slice(0, 2)
    .map(([value, unit]) => new Intl.NumberFormat(language, { style: 'unit', unit }).format(value))
    .join(' ')
}

export function formatTime(atMs: number, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(atMs)
}
