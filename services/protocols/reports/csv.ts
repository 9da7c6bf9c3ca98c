/** Lines as CSV (RFC 4180). Numbers have two decimals at most; an empty cell is what is not known. */
export function csvLines(lines: readonly (readonly (string | number | boolean | null)[])[]): string {
  return lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

function cell(value: string | number | boolean | null): string {
  const text = typeof value === 'number' ? String(Math.round(value * 100) / 100) : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
