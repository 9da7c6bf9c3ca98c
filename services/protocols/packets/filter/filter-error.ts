import type { PacketFilterError } from '../../../contract/network.ts'

/** What is wrong with a filter; the window shows `packets.filterErrors.<key>` and marks the place. */
export const FILTER_ERRORS = {
  quoteOpen: 'The quotation mark is never closed.',
  signUnknown: '{found} is no sign of the filter language.',
  unfinished: 'Something is missing at the end.',
  testExpected: '{found} is no test.',
  testSuggested: '{found} is no test. Did you mean {nearest}?',
  operatorExpected: '{field} needs an operator behind it.',
  operatorUnfit: '{field} cannot be compared by {operator}.',
  numberExpected: '{field} needs a whole number, not {found}.',
  valueExpected: '{field} needs a value.',
  nameUnknown: 'This lab has no host or service named {found}.',
  nameSuggested: 'This lab has no host or service named {found}. Did you mean {nearest}?',
  kindUnknown: '{found} is no kind of packet.',
  traceExpected: 'A trace is named by its number or its id, not by {found}.',
  arrowExpected: 'A link is written as its two ends: link lb-1 > web-1.',
  joinExpected: 'Write and or or between two tests.',
  closeUnmatched: 'This parenthesis closes nothing.',
  closeExpected: 'A parenthesis is never closed.',
  tooDeep: 'Parentheses and not stand more than {limit} deep.',
  tooLong: 'A filter has at most {limit} characters.',
} as const

export type FilterErrorKey = keyof typeof FILTER_ERRORS

export interface FilterError extends PacketFilterError {
  readonly key: FilterErrorKey
}

export function filterError(
  key: FilterErrorKey,
  start: number,
  end: number,
  params: FilterError['params'] = {},
  expected: readonly string[] = [],
): FilterError {
  return { key, params, start, end, expected }
}

/** Travels inside the parser only: callers get the plain error. */
export class FilterSyntaxError extends Error {
  readonly error: FilterError
  constructor(error: FilterError) {
    super(FILTER_ERRORS[error.key])
    this.name = 'FilterSyntaxError'
    this.error = error
  }
}
