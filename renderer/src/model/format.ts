import type { FaultFigure } from '../../../services/contract/faults.ts'

/** Figures with their units, in the language of the window. All are pure; the language comes as a BCP 47 tag. */

const NONE = '–'
/** A figure and its unit stay on one line. */
const SPACE = '\u00a0'

/** Times are in ms below 10 s, with one decimal below 10 ms. */
export function formatMs(ms: number, language: string): string {
  const [value, unit] = ms < 10_000 ? [ms, 'ms'] : [ms / 1000, 's']
  return `${round(value, value < 10 ? 1 : 0, language)}${SPACE}${unit}`
}

function round(value: number, digits: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)
}

/** Steps of a thousand; the French count in octets. */
const BYTE_UNITS: Readonly<Record<string, readonly string[]>> = {
  en: ['B', 'kB', 'MB', 'GB'],
  fr: ['o', 'ko', 'Mo', 'Go'],
}

export function formatBytes(bytes: number | null, language: string): string {
  if (bytes === null) return NONE
  const units = BYTE_UNITS[language] ?? BYTE_UNITS['en'] ?? []
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${round(value, step === 0 || value >= 100 ? 0 : 1, language)}${SPACE}${units[step]}`
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

/** How long something has run: 3 s, 2 min 5 s, 1 h 4 min. The units are the same in both languages. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const from = parts.findIndex(([value]) => value > 0)
  return parts
    .slice(from < 0 ? 2 : from)
    .slice(0, 2)
    .map(([value, unit]) => `${value}${SPACE}${unit}`)
    .join(' ')
}

/** Day and time, as in a list of things that were kept. */
export function formatMoment(atMs: number, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(atMs)
}

export function formatTime(atMs: number, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(atMs)
}

/** A figure of a fault in its unit. */
export function formatFigure(name: FaultFigure, value: number, language: string): string {
  if (name === 'delayMs') return formatMs(value, language)
  return name === 'bytesPerSecond' || name === 'memoryBytes'
    ? formatBytes(value, language)
    : formatCount(value, language)
}
