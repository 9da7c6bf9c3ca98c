import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A line of a file. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** The innermost place of an error's stack that lies in `dir`: the person's own line, not the library's below it. */
export function placeOf(error: unknown, dir: string): Place | null {
  if (!(error instanceof Error)) return null
  for (const match of (error.stack ?? '').matchAll(/(?<url>file:\/\/[^\s()]+?):(?<line>\d+)/g)) {
    const { url = '', line = '' } = match.groups ?? {}
    const file = toPath(url)
    if (file?.startsWith(dir + sep)) return { file, line: Number(line) }
  }
  return null
}

/** `TypeError: x is not a function`, and for whatever else was thrown: `"boom" was thrown`. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`
  return `${typeof error === 'string' ? JSON.stringify(error) : describeValue(error)} was thrown instead of an Error`
}

/** `TypeError: x is not a function (app/pages.js:12)`: for a log line, relative to the release. */
export function errorWithPlace(error: unknown, dir: string): string {
  const place = placeOf(error, dir) ?? placeOf(error instanceof Error ? error.cause : null, dir)
  const at = place === null ? '' : ` (${relative(dir, place.file)}:${place.line})`
  return describeError(error) + at
}

function describeValue(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

function toPath(url: string): string | null {
  try {
    return fileURLToPath(url)
  } catch {
    return null
  }
}
