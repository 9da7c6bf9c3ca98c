import type { PacketKind } from '../record.ts'

/** A filter as it was understood. */
export type FilterNode =
  | { readonly type: 'and' | 'or'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly type: 'not'; readonly inner: FilterNode }
  | { readonly type: 'word'; readonly word: WordTest }
  | { readonly type: 'text'; readonly field: TextField; readonly operator: TextOperator; readonly value: string }
  | { readonly type: 'number'; readonly field: NumberField; readonly operator: NumberOperator; readonly value: number }
  | { readonly type: 'place'; readonly side: 'host' | 'from' | 'to'; readonly name: string }
  | { readonly type: 'link'; readonly from: string; readonly to: string }
  | { readonly type: 'kind'; readonly kind: PacketKind }
  | { readonly type: 'trace'; readonly trace: number | string }

/** Tests that are one word. */
export const WORD_TESTS = [
  'dns',
  'http',
  'hrana',
  'tcp',
  'udp',
  'http.request',
  'http.response',
  'traced',
  'faulty',
] as const
export type WordTest = (typeof WORD_TESTS)[number]

/** Tests that take a value without an operator: `host web-1`. */
export const VALUE_TESTS = ['host', 'from', 'to', 'link', 'trace', 'port', 'connection', 'kind'] as const
export type ValueTest = (typeof VALUE_TESTS)[number]

export const TEXT_FIELDS = [
  'http.method',
  'http.path',
  'http.host',
  'dns.name',
  'dns.type',
  'hrana.sql',
  'info',
] as const
export type TextField = (typeof TEXT_FIELDS)[number]
export const TEXT_OPERATORS = ['==', '!=', 'contains'] as const
export type TextOperator = (typeof TEXT_OPERATORS)[number]

export const NUMBER_FIELDS = ['http.status', 'length', 'no', 'port', 'connection'] as const
export type NumberField = (typeof NUMBER_FIELDS)[number]
export const NUMBER_OPERATORS = ['==', '!=', '<', '<=', '>', '>='] as const
export type NumberOperator = (typeof NUMBER_OPERATORS)[number]
