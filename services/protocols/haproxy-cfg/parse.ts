import { startSection, type Draft, type SectionKind } from './draft.ts'
import { GLOBAL_LINES, type GlobalDraft } from './global-lines.ts'
import { CfgMistake, unknownWord } from './mistake.ts'
import { TIMEOUTS, type Backend, type CfgProblem, type Frontend, type HaproxyCfg, type Timeouts } from './model.ts'
import { PROXY_LINES } from './proxy-lines.ts'
import { noMoreWords, readName } from './values.ts'
import { splitWords } from './words.ts'

export type ParsedCfg =
  | { readonly config: HaproxyCfg; readonly problems: null }
  | { readonly config: null; readonly problems: readonly CfgProblem[] }

/**
 * Reads the subset of haproxy.cfg that the lab writes (HAProxy manual, sections 2 to 5). Whatever it does not know is a
 * problem, never ignored: a student's typo must not pass in silence. All problems are found in one go, sorted by line.
 */
export function parseHaproxyCfg(text: string): ParsedCfg {
  const reader = new CfgReader()
  text.split(/\r?\n/).forEach((line, index) => reader.readLine(line, index + 1))
  return reader.finish(text)
}

/** `haproxy.cfg:12: unknown keyword "blance". Did you mean "balance"?`, a line per problem. */
export function formatProblems(file: string, problems: readonly CfgProblem[]): string {
  return problems.map((problem) => `${file}:${problem.line}: ${problem.sentence}`).join('\n')
}

const SECTIONS: readonly SectionKind[] = ['global', 'defaults', 'frontend', 'backend']

class CfgReader {
  private readonly problems: CfgProblem[] = []
  private readonly global: GlobalDraft = { maxconn: null, statsSocket: null }
  private readonly frontends: Draft[] = []
  private readonly backends: Draft[] = []
  private defaults: Draft | null = null
  /** The section that lines belong to now; null before the first one, and in one that is not known. */
  private section: Draft | null = null
  private inUnknownSection = false

  readLine(text: string, line: number): void {
    try {
      const words = splitWords(text)
      if (words.length > 0) this.readWords(words, line)
    } catch (error) {
      this.report(line, error)
    }
  }

  private readWords(words: readonly string[], line: number): void {
    const word = words[0] ?? ''
    const kind = SECTIONS.find((candidate) => candidate === word)
    if (kind) return this.openSection(kind, words, line)
    if (word === 'listen') {
      this.inUnknownSection = true
      throw new CfgMistake('"listen" is not supported; write a "frontend" and a "backend"')
    }
    if (this.inUnknownSection) return
    if (this.section?.kind === 'global') return this.readGlobalLine(word, words, line)
    const reader = PROXY_LINES[word]
    if (!reader) throw unknownWord('keyword', word, this.section ? Object.keys(PROXY_LINES) : SECTIONS)
    if (!this.section) throw new CfgMistake(`"${word}" stands before any section (${SECTIONS.join(', ')})`)
    if (!reader.in.includes(this.section.kind))
      throw new CfgMistake(`"${word}" has no place in a "${this.section.kind}" section`)
    reader.read(words, this.section, line)
  }

  private readGlobalLine(word: string, words: readonly string[], line: number): void {
    const read = GLOBAL_LINES[word]
    if (!read && PROXY_LINES[word]) throw new CfgMistake(`"${word}" has no place in a "global" section`)
    if (!read) throw unknownWord('keyword', word, [...Object.keys(GLOBAL_LINES), ...SECTIONS])
    read(words, this.global, line)
  }

  private openSection(kind: SectionKind, words: readonly string[], line: number): void {
    this.inUnknownSection = false
    this.section = startSection(kind, '', line, this.defaults)
    if (kind === 'global') return noMoreWords(words, 1)
    if (kind === 'defaults') {
      this.defaults = this.section
      return noMoreWords(words, 2)
    }
    const list = kind === 'frontend' ? this.frontends : this.backends
    list.push(this.section)
    const name = readName(words[1], kind)
    noMoreWords(words, 2)
    const twin = list.find((other) => other.name === name)
    this.section.name = name
    if (twin) throw new CfgMistake(`${kind} "${name}" is defined twice; the first is on line ${twin.line}`)
  }

  /** Checks what no single line shows. */
  finish(text: string): ParsedCfg {
    const names = this.backends.map((backend) => backend.name)
    if (this.frontends.length === 0)
      this.report(
        Math.max(1, text.trimEnd().split('\n').length),
        new CfgMistake('no "frontend" section: there is nothing to listen on'),
      )
    for (const frontend of this.frontends) {
      const target = frontend.defaultBackend
      if (frontend.binds.length === 0)
        this.report(frontend.line, new CfgMistake(`frontend "${frontend.name}" has no "bind" line`))
      if (target === null)
        this.report(frontend.line, new CfgMistake(`frontend "${frontend.name}" has no "default_backend" line`))
      else if (!names.includes(target.name)) this.report(target.line, unknownWord('backend', target.name, names))
    }
    const problems = this.problems.toSorted((a, b) => a.line - b.line)
    if (problems.length > 0) return { config: null, problems }
    const config = {
      global: this.global,
      frontends: this.frontends.map(toFrontend),
      backends: this.backends.map(toBackend),
    }
    return { config, problems: null }
  }

  private report(line: number, error: unknown): void {
    if (!(error instanceof CfgMistake)) throw error
    this.problems.push({ line, sentence: error.message })
  }
}

function toTimeouts(draft: Draft): Timeouts {
  const entries = TIMEOUTS.map((name) => [name, draft.timeouts[name] || null] as const)
  return Object.fromEntries(entries) as Record<(typeof TIMEOUTS)[number], number | null>
}

function toFrontend(draft: Draft): Frontend {
  const { name, line, binds, forwardFor, maxconn } = draft
  return {
    name,
    line,
    binds,
    defaultBackend: draft.defaultBackend?.name ?? '',
    forwardFor,
    maxconn,
    timeouts: toTimeouts(draft),
  }
}

function toBackend(draft: Draft): Backend {
  const { name, line, balance, expect, forwardFor, redispatch, retries, retryOn, responseHeaders, servers } = draft
  const httpCheck = draft.httpCheck === null ? null : { ...draft.httpCheck, expect }
  const timeouts = toTimeouts(draft)
  return {
    name,
    line,
    balance,
    httpCheck,
    forwardFor,
    redispatch,
    retries,
    retryOn,
    responseHeaders,
    timeouts,
    servers,
  }
}
