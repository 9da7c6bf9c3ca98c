/** Puts a name before every line of an output that comes in pieces, so that several can share a terminal. */
export class LinePrinter {
  readonly #name: string
  readonly #print: (line: string) => void
  #rest = ''

  constructor(name: string, print: (line: string) => void) {
    this.#name = name
    this.#print = print
  }

  write(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#print(line.trim() === '' ? '' : `${this.#name}  ${line.trimEnd()}`)
  }

  /** Prints what has no line end. */
  end(): void {
    if (this.#rest !== '') this.write('\n')
  }
}
