import type { BenchRow } from './bench.ts'

/** The table that a benchmark run ends with. */

export interface NamedRow {
  readonly bench: string
  readonly row: BenchRow
}

/** Whether a figure reaches its goal; null where there is none. */
export function isMet(row: BenchRow): boolean | null {
  if (row.goal === null) return null
  return 'atLeast' in row.goal ? row.value >= row.goal.atLeast : row.value <= row.goal.atMost
}

/** A table of aligned columns, and a line that counts how many figures reach their goals. */
export function formatTable(rows: readonly NamedRow[]): string {
  if (rows.length === 0) return 'Nothing was measured.'
  const cells = rows.map(({ row }) => [row.what, row.against, figure(row), goal(row), verdict(row), row.detail])
  const table = [['what', 'against', 'value', 'goal', '', 'detail'], ...cells]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))
  const lines = table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const judged = rows.flatMap(({ row }) => isMet(row) ?? [])
  const short = judged.filter((met) => !met).length
  return [
    ...lines,
    '',
    `${judged.length - short} of ${judged.length} goals met${short > 0 ? `, ${short} FALL SHORT` : ''}`,
  ].join('\n')
}

/** Ratios with two decimals; figures with a unit as people write them. */
function figure(row: BenchRow): string {
  const digits = row.unit === undefined || Math.abs(row.value) < 10 ? 2 : Math.abs(row.value) < 100 ? 1 : 0
  return `${row.value.toFixed(digits)}${row.unit === undefined ? '' : ` ${row.unit}`}`
}

function goal(row: BenchRow): string {
  if (row.goal === null) return '-'
  return 'atLeast' in row.goal ? `>= ${row.goal.atLeast}` : `<= ${row.goal.atMost}`
}

function verdict(row: BenchRow): string {
  const met = isMet(row)
  return met === null ? '' : met ? 'met' : 'FALLS SHORT'
}
