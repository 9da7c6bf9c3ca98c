import { styleText } from 'node:util'
import type { CliFailure } from './failures.ts'

export interface TextStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface OutputOptions {
  readonly json: boolean
  readonly stdout: TextStream
  readonly stderr: TextStream
  /** Whether text may be coloured; a pipe or a file gets none. */
  readonly colours: boolean
}

export type Style = 'good' | 'bad' | 'warn' | 'quiet' | 'strong'

const FORMATS = { good: 'green', bad: 'red', warn: 'yellow', quiet: 'gray', strong: 'bold' } as const

/** Where a command writes: readable text for a person, or one JSON value a line with `--json`. */
export class Output {
  readonly json: boolean
  readonly isTerminal: boolean
  readonly #options: OutputOptions

  constructor(options: OutputOptions) {
    this.json = options.json
    this.isTerminal = options.stdout.isTTY === true
    this.#options = options
  }

  /** The answer of a command: `data` for scripts, `text` for a person. */
  result(data: object, text: () => string): void {
    this.write(this.json ? `${JSON.stringify(data)}\n` : `${text()}\n`)
  }

  /** A line for a person only. */
  say(text: string): void {
    if (!this.json) this.write(`${text}\n`)
  }

  /** A JSON value a line for scripts, a line for a person (or none). */
  stream(data: object, text: string | null): void {
    if (this.json) this.write(`${JSON.stringify(data)}\n`)
    else if (text !== null) this.write(`${text}\n`)
  }

  /** Raw text to the standard output. */
  write(text: string): void {
    this.#options.stdout.write(text)
  }

  fail({ code, message, details }: CliFailure): void {
    if (this.json) this.write(`${JSON.stringify({ error: { code, message, ...details?.data } })}\n`)
    else this.#options.stderr.write(`${this.style('bad', 'Error:')} ${message}\n${details ? `${details.text}\n` : ''}`)
  }

  /** A remark that must not stand among the answers of a command. */
  remark(text: string): void {
    this.#options.stderr.write(`${text}\n`)
  }

  style(style: Style, text: string): string {
    return this.#options.colours ? styleText(FORMATS[style], text, { validateStream: false }) : text
  }
}

/** Columns as wide as their widest cell, two spaces apart. `width` measures what a person sees, without colours. */
export function table(rows: readonly (readonly string[])[], width: (cell: string) => number): string {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ''))),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
