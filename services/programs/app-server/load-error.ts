import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '../kit/program.ts'
import type { Release } from '../kit/release.ts'
import type { LoadTrace } from './application.ts'
import { describeError, placeOf, type Place } from './place.ts'

/** Says in which line of the person's own files an application failed to load. */
export async function locateLoadError(
  error: unknown,
  release: Release,
  entry: string,
  trace: LoadTrace,
): Promise<ConfigError> {
  const place =
    placeOf(error, release.dir) ??
    placeInJson(error, release.dir) ??
    (await placeOfImport(error, trace)) ??
    (await placeOfSyntaxError(error, trace)) ??
    ({ file: entry, line: 1 } satisfies Place)
  return new ConfigError(place.file, place.line, describeError(error))
}

/** Node: `/dir/data.json: Expected ... (line 3 column 4)`. */
function placeInJson(error: unknown, dir: string): Place | null {
  if (!(error instanceof SyntaxError)) return null
  const match = /^(?<file>.+?\.json): .*\(line (?<line>\d+) column \d+\)$/.exec(error.message)
  const file = match?.groups?.['file']
  return file?.startsWith(dir) ? { file, line: Number(match?.groups?.['line']) } : null
}

/** A module or package that was not found, or that may not be imported that way: the line with the import. */
async function placeOfImport(error: unknown, trace: LoadTrace): Promise<Place | null> {
  const code = String((error as NodeJS.ErrnoException | null)?.code ?? '')
  const last = trace.lastImport
  if (last === null || !/^ERR_(MODULE|IMPORT|PACKAGE|UNSUPPORTED|UNKNOWN|INVALID_MODULE|INVALID_PACKAGE)/.test(code))
    return null
  const file = fileURLToPath(last.from)
  const lines = (await readFile(file, 'utf8')).split('\n')
  const quoted = [`'${last.specifier}'`, `"${last.specifier}"`, `\`${last.specifier}\``]
  const uses = (line: string): boolean => quoted.some((text) => line.includes(text))
  const importing = lines.findIndex((line) => uses(line) && /\b(import|from|export)\b/.test(line))
  const index = importing >= 0 ? importing : lines.findIndex(uses)
  return { file, line: Math.max(0, index) + 1 }
}

/**
 * Node's loader tells no place of a syntax error to whoever catches it, but prints it when nobody does: the files are
 * checked again, the last one that was read first, each by a Node of its own. It costs time only when all failed already.
 */
async function placeOfSyntaxError(error: unknown, trace: LoadTrace): Promise<Place | null> {
  if (!(error instanceof SyntaxError)) return null
  for (const url of trace.files.toReversed()) {
    const file = fileURLToPath(url)
    const line = await syntaxErrorLine(file)
    if (line !== null) return { file, line }
  }
  return null
}

/** By standard input, so that it is read as an ES module whatever package.json lies around. */
async function syntaxErrorLine(file: string): Promise<number | null> {
  const { execFile } = await import('node:child_process')
  const source = await readFile(file)
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['--input-type=module', '--check', '-'], (error, _, stderr) => {
      const match = /^\[stdin\]:(\d+)$/m.exec(stderr)
      resolve(error && match ? Number(match[1]) : null)
    })
    child.on('error', reject)
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(source)
  })
}
