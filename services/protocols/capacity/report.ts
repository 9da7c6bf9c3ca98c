import type { CapacitySetting } from '../../contract/capacity.ts'
import type { SlotFigures } from './worker-slots.ts'

export type { CapacitySetting }

/** What an application server tells its supervisor of its workers, and the file that it reads them from. */

export interface CapacityReport {
  readonly setting: CapacitySetting | null
  readonly figures: SlotFigures
  /** Milliseconds of the process's clock. */
  readonly atMs: number
}

/** `capacity=4/20/16;3;5;1200;7;9000;400;12345`, or with `-` for no model. */
export function formatCapacityReport({ setting, figures, atMs }: CapacityReport): string {
  const words = setting === null ? '-' : `${setting.workers}/${setting.costMs}/${setting.queueLimit}`
  const { busy, queue, served, rejected, busyMs, queueMs } = figures
  const numbers = [busy, queue, served, rejected, Math.round(busyMs), Math.round(queueMs), Math.round(atMs)]
  return `capacity=${words};${numbers.join(';')}`
}

/** Null for text that is no such report. */
export function parseCapacityReport(text: string): CapacityReport | null {
  const match = /^capacity=(-|(\d{1,5})\/([\d.]{1,12})\/(\d{1,6}));(\d{1,16}(?:;\d{1,16}){6})$/.exec(text)
  if (match === null) return null
  const [busy = 0, queue = 0, served = 0, rejected = 0, busyMs = 0, queueMs = 0, atMs = 0] = (match[5] ?? '')
    .split(';')
    .map(Number)
  const setting =
    match[1] === '-' ? null : { workers: Number(match[2]), costMs: Number(match[3]), queueLimit: Number(match[4]) }
  return { setting, figures: { busy, queue, served, rejected, busyMs, queueMs }, atMs }
}

export function formatCapacityFile(setting: CapacitySetting | null): string {
  return `${JSON.stringify(setting)}\n`
}

/** Throws `SyntaxError` with what is wrong. */
export function parseCapacityFile(text: string): CapacitySetting | null {
  const value: unknown = JSON.parse(text)
  if (value === null) return null
  if (typeof value !== 'object') throw new SyntaxError('neither null nor workers, costMs and queueLimit')
  const { workers, costMs, queueLimit } = value as Partial<Record<keyof CapacitySetting, unknown>>
  if (typeof workers !== 'number' || !(workers >= 1)) throw new SyntaxError('workers must be a number from 1')
  if (typeof costMs !== 'number' || !(costMs > 0)) throw new SyntaxError('costMs must be a number above 0')
  if (typeof queueLimit !== 'number' || !(queueLimit >= 0)) throw new SyntaxError('queueLimit must be a number from 0')
  return { workers, costMs, queueLimit }
}
