import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document, type ErrorCode, type Node } from 'yaml'
import type { z } from 'zod'
import { FAULT_KINDS } from '../../contract/faults.ts'
import { nearestWord } from '../text/nearest.ts'
import { findMistakes, type Mistake } from './references.ts'
import { topologySchema, type Topology } from './schema.ts'

export interface TopologyMistake {
  /** Counted from 1. */
  readonly line: number
  readonly column: number
  readonly detail: string
}

export type ParsedTopology =
  { readonly ok: true; readonly topology: Topology } | { readonly ok: false; readonly mistake: TopologyMistake }

type Path = readonly (string | number)[]

/**
 * Reads a topology file (YAML 1.2). A mistake comes back with its place and what was expected; the first one in the
 * file wins, because later ones are often its consequence.
 */
export function parseTopology(text: string): ParsedTopology {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const broken = document.errors[0]
  if (broken) {
    // Some errors begin at the white space before what is wrong.
    const start = broken.pos[0] + Math.max(0, text.slice(broken.pos[0]).search(/\S/))
    const place = lines.linePos(start)
    return {
      ok: false,
      mistake: {
        line: place.line,
        column: place.col,
        detail: YAML_SENTENCES[broken.code] ?? yamlSentence(broken.message),
      },
    }
  }
  const checked = topologySchema.safeParse(document.toJS(), { reportInput: true })
  const mistakes = checked.success ? findMistakes(checked.data) : placesOfIssues(checked.error.issues, document)
  if (checked.success && mistakes.length === 0) return { ok: true, topology: checked.data }
  const placed = mistakes.map(({ path, detail }) => ({ ...placeOf(document, lines, path), detail }))
  placed.sort((a, b) => a.line - b.line || a.column - b.column)
  return { ok: false, mistake: placed[0] ?? { line: 1, column: 1, detail: 'the file is empty' } }
}

/** The commonest slips in words for people who don't know the grammar of YAML, by the library's code. */
const YAML_SENTENCES: Readonly<Partial<Record<ErrorCode, string>>> = {
  MULTILINE_IMPLICIT_KEY: '"key: value" is expected here; a colon, or the space after it, is missing',
  BLOCK_AS_IMPLICIT_KEY:
    'the next lines don\'t fit this one: the keys of a group start in the same column, and what "[" or "{" opens must be closed',
  BAD_INDENT: 'the keys of a group must start in the same column, and what "[" or "{" opens must be closed',
  TAB_AS_INDENT: 'a tab is no indentation in YAML; spaces are expected',
  BLOCK_IN_FLOW: 'what "[" or "{" opened is not closed: "]" or "}" is expected before this place',
  DUPLICATE_KEY: 'this key stands in the same group twice',
}

function yamlSentence(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')
}

/** An unknown key is often why another one is missing, so where there are any they are told alone. */
function placesOfIssues(issues: readonly z.core.$ZodIssue[], document: Document): readonly Mistake[] {
  const unknownKeys = issues.filter((issue) => issue.code === 'unrecognized_keys')
  const told = unknownKeys.length > 0 ? unknownKeys : issues
  return told.map((issue) => ({ path: placeOfIssue(issue), detail: issueSentence(issue, document) }))
}

/** An unknown key is at the key itself, everything else at its value. */
function placeOfIssue(issue: z.core.$ZodIssue): Path {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code === 'unrecognized_keys') return [...path, issue.keys[0] ?? '']
  const misspelt = issue.code === 'invalid_union' ? misspeltKey(issue.input, unionOf(issue)) : null
  return misspelt === null ? path : [...path.slice(0, -1), misspelt]
}

function issueSentence(issue: z.core.$ZodIssue, document: Document): string {
  const where = issue.path.length > 0 ? `"${issue.path.join('.')}"` : 'the topology'
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeySentence(issue.keys[0] ?? '', issue.path, document)
    case 'invalid_value':
      return chooseSentence(where, issue.values.map(String), issue.input)
    case 'invalid_union':
      return unionSentence(where, issue.input, unionOf(issue))
    case 'invalid_type':
      return issue.input === undefined
        ? `${where} is missing: ${issue.expected} expected`
        : `${where} is ${describe(issue.input)}: ${issue.expected} expected`
    default:
      return `${where} is ${describe(issue.input)}: ${issue.message} expected`
  }
}

/** The groups of keys whose shape depends on one of them, with what that one may say. */
const UNIONS = {
  role: ['dns', 'resolver', 'load-balancer', 'web-server', 'app-server', 'database'],
  fault: FAULT_KINDS,
} as const satisfies Record<string, readonly string[]>
type Union = keyof typeof UNIONS

function unionOf(issue: z.core.$ZodIssue): Union {
  return property(issue, 'discriminator') === 'fault' ? 'fault' : 'role'
}

function unionSentence(where: string, input: unknown, key: Union): string {
  const isGroup = typeof input === 'object' && input !== null && !Array.isArray(input)
  const misspelt = misspeltKey(input, key)
  const hint = misspelt === null ? '' : ` "${misspelt}" is not known here. Did you mean "${key}"?`
  return chooseSentence(where, UNIONS[key], isGroup ? property(input, key) : input) + hint
}

/** The key that was probably meant to be the one that the shape depends on, in a group without it. */
function misspeltKey(input: unknown, key: Union): string | null {
  if (typeof input !== 'object' || input === null || key in input) return null
  return Object.keys(input).find((one) => nearestWord(one, [key]) !== null) ?? null
}

function chooseSentence(where: string, expected: readonly string[], input: unknown): string {
  const near = typeof input === 'string' ? nearestWord(input, expected) : null
  const hint = near === null ? '' : ` Did you mean "${near}"?`
  return `${where} is ${describe(input)}: expected ${expected.map((value) => `"${value}"`).join(', ')}.${hint}`
}

/** Which keys are known where: taken from the schema's own shapes, so that the hint cannot go stale. */
function unknownKeySentence(key: string, path: readonly PropertyKey[], document: Document): string {
  const known = knownKeys(path, document)
  const near = nearestWord(key, known)
  const hint = near === null ? `. Known here: ${known.join(', ')}.` : `. Did you mean "${near}"?`
  return `"${key}" is not known ${path.length > 0 ? `in "${path.join('.')}"` : 'here'}${hint}`
}

function knownKeys(path: readonly PropertyKey[], document: Document): readonly string[] {
  let schema: unknown = topologySchema
  const walked: PropertyKey[] = []
  for (const part of path) {
    walked.push(part)
    schema = childSchema(schema, part, document, walked)
  }
  const shape = property(unwrap(schema), 'shape')
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : []
}

function childSchema(schema: unknown, part: PropertyKey, document: Document, walked: readonly PropertyKey[]): unknown {
  const plain = unwrap(schema)
  const shape = property(plain, 'shape')
  const child =
    typeof shape === 'object' && shape !== null
      ? property(shape, String(part))
      : (property(plain, 'valueType') ?? property(plain, 'element'))
  const options = property(unwrap(child), 'options')
  if (!Array.isArray(options)) return child
  const key = String(property(property(unwrap(child), 'def'), 'discriminator') ?? 'role')
  const said = document.getIn([...walked, key])
  return options.find((option) => property(property(property(option, 'shape'), key), 'value') === said) ?? child
}

/** Optional and default wrappers don't change which keys are known. */
function unwrap(schema: unknown): unknown {
  const inner = property(property(schema, 'def'), 'innerType')
  return inner === undefined ? schema : unwrap(inner)
}

function property(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null && key in holder
    ? (holder as Record<string, unknown>)[key]
    : undefined
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'empty'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a group of keys'
  return JSON.stringify(value)
}

/** The place of a path in the text; of its nearest parent that exists when it is missing itself. */
function placeOf(document: Document, lines: LineCounter, path: Path): { line: number; column: number } {
  for (let length = path.length; length >= 0; length -= 1) {
    const start = startOf(document, path.slice(0, length))
    if (start === null) continue
    const place = lines.linePos(start)
    return { line: place.line, column: place.col }
  }
  return { line: 1, column: 1 }
}

function startOf(document: Document, path: Path): number | null {
  const last = path.at(-1)
  if (last === undefined) return document.contents?.range?.[0] ?? null
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last))
    const value = pair?.value
    if (pair && isNode(value) && isScalar(value)) return rangeStart(value)
    return pair && isNode(pair.key) ? rangeStart(pair.key) : null
  }
  const node = document.getIn(path, true)
  return isNode(node) ? rangeStart(node) : null
}

function rangeStart(node: Node): number | null {
  return node.range?.[0] ?? null
}
