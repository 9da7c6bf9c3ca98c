/** Zone files as entries of words (RFC 1035 section 5.1): comments, quotes, escapes and parentheses are understood here. */

export interface Token {
  /** Still with its escapes, but without its quotes. */
  readonly text: string
  readonly quoted: boolean
  readonly line: number
  /** Where it begins and ends in the text without byte order mark and carriage returns, quotes included. */
  readonly start: number
  readonly end: number
}

/** One record or directive; by parentheses it may reach over several lines. */
export interface Entry {
  /** Where it starts; lines count from 1. */
  readonly line: number
  /** Where it ends, with what closes its parentheses. */
  readonly lastLine: number
  /** Whether it starts with white space: its owner is then the one of the entry before. */
  readonly blankOwner: boolean
  readonly tokens: readonly Token[]
}

/** Something wrong in a zone file. `sentence` names what was read and what was expected. */
export interface Problem {
  readonly line: number
  readonly sentence: string
}

export interface ZoneText {
  readonly entries: readonly Entry[]
  readonly problems: readonly Problem[]
}

/** Splits a zone file into entries. What cannot be read becomes a problem; the entries after it are still found. */
export function readEntries(text: string): ZoneText {
  return new ZoneLexer(text).read()
}

/** A byte order mark and Windows line ends mean nothing. */
export function plainText(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n')
}

class ZoneLexer {
  private readonly text: string
  private readonly entries: Entry[] = []
  private readonly problems: Problem[] = []
  private index = 0
  private line = 1
  /** The entry that is being read. */
  private tokens: Token[] = []
  private entryLine = 1
  private blankOwner = false
  /** The line of the parenthesis that is open, if one is. */
  private openedAt: number | null = null
  private broken = false

  constructor(text: string) {
    this.text = plainText(text)
  }

  read(): ZoneText {
    this.startEntry()
    while (this.index < this.text.length) this.step(this.text.charAt(this.index))
    if (this.openedAt !== null) this.problem('the parenthesis that is opened here is never closed', this.openedAt)
    this.endEntry()
    return { entries: this.entries, problems: this.problems }
  }

  private step(character: string): void {
    if (character === '\n') return this.endLine()
    if (character === ' ' || character === '\t') this.index += 1
    else if (character === ';') this.skipComment()
    else if (character === '(') this.openParenthesis()
    else if (character === ')') this.closeParenthesis()
    else if (character === '"') this.readQuoted()
    else this.readWord()
  }

  private endLine(): void {
    if (this.openedAt === null) this.endEntry()
    this.index += 1
    this.line += 1
    if (this.openedAt === null) this.startEntry()
  }

  private startEntry(): void {
    this.tokens = []
    this.broken = false
    this.entryLine = this.line
    this.blankOwner = /[ \t]/.test(this.text.charAt(this.index))
  }

  private endEntry(): void {
    if (this.tokens.length > 0 && !this.broken)
      this.entries.push({
        line: this.entryLine,
        lastLine: this.line,
        blankOwner: this.blankOwner,
        tokens: this.tokens,
      })
  }

  private skipComment(): void {
    const end = this.text.indexOf('\n', this.index)
    this.index = end === -1 ? this.text.length : end
  }

  private openParenthesis(): void {
    if (this.openedAt !== null)
      this.problem(`a parenthesis is opened inside the one of line ${this.openedAt}; they cannot be nested`)
    this.openedAt ??= this.line
    this.index += 1
  }

  private closeParenthesis(): void {
    if (this.openedAt === null) this.problem('a parenthesis is closed that was never opened')
    this.openedAt = null
    this.index += 1
  }

  private readQuoted(): void {
    const line = this.line
    const start = this.index + 1
    const end = this.scan(start, (character) => character === '"')
    if (this.text.charAt(end) !== '"') this.problem('a quotation mark is opened that is not closed on the same line')
    this.index = Math.min(end + (this.text.charAt(end) === '"' ? 1 : 0), this.text.length)
    this.tokens.push({ text: this.text.slice(start, end), quoted: true, line, start: start - 1, end: this.index })
  }

  private readWord(): void {
    const start = this.index
    this.index = this.scan(start, (character) => /[\s;()"]/.test(character))
    this.tokens.push({
      text: this.text.slice(start, this.index),
      quoted: false,
      line: this.line,
      start,
      end: this.index,
    })
  }

  /** The first place from `index` on where an unescaped character ends the word, or where the line ends. */
  private scan(index: number, ends: (character: string) => boolean): number {
    while (index < this.text.length) {
      const character = this.text.charAt(index)
      if (character === '\n' || ends(character)) return index
      index += character === '\\' && this.text.charAt(index + 1) !== '\n' ? 2 : 1
    }
    return this.text.length
  }

  private problem(sentence: string, line = this.line): void {
    this.broken = true
    this.problems.push({ line, sentence })
  }
}
