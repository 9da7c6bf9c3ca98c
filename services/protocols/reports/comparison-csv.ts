import type { ComparedStrategy, ComparisonState } from '../../contract/index.ts'

/** The columns of the table, in their order; the names are for programs and stay as they are. */
const COLUMNS = [
  'strategy',
  'state',
  'downtimeMs',
  'failed',
  'slow',
  'longestGapMs',
  'totalMs',
  'spareCapacity',
] as const satisfies readonly (keyof ComparedStrategy)[]

/** A comparison as CSV (RFC 4180): one line for each strategy; an empty cell is a figure that was not measured. */
export function comparisonCsv({ rows }: ComparisonState): string {
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column])))
  return [COLUMNS, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('')
}

function cell(value: string | number | null): string {
  const text = typeof value === 'number' ? String(Math.round(value * 100) / 100) : (value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
