import type { FaultFigure } from '../../../services/contract/faults.ts'
import { useSettingsStore } from '../stores/settings.ts'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatFigure,
  formatMoment,
  formatMs,
  formatRate,
  formatTime,
} from '../model/format.ts'

export interface Formats {
  ms(value: number): string
  bytes(value: number | null): string
  count(value: number): string
  rate(perSecond: number): string
  duration(ms: number): string
  /** A figure of a fault. */
  figure(name: FaultFigure, value: number): string
  time(atMs: number): string
  /** Day and time. */
  moment(atMs: number): string
}

/** Figures with their units in the language of the window; follows it when it changes. */
export function useFormat(): Formats {
  const settings = useSettingsStore()
  return {
    ms: (value) => formatMs(value, settings.language),
    bytes: (value) => formatBytes(value, settings.language),
    count: (value) => formatCount(value, settings.language),
    rate: (perSecond) => formatRate(perSecond, settings.language),
    duration: formatDuration,
    figure: (name, value) => formatFigure(name, value, settings.language),
    moment: (atMs) => formatMoment(atMs, settings.language),
    time: (atMs) => formatTime(atMs, settings.language),
  }
}
