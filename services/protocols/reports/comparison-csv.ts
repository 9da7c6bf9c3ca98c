import type { ComparedStrategy, ComparisonState } from '../../contract/index.ts'
import { csvLines } from './csv.ts'

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

/** A comparison as CSV: one line for each strategy; an empty cell is a figure that was not measured. */
export function comparisonCsv({ rows }: ComparisonState): string {
  return csvLines([COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))])
}
