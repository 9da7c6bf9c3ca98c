import type { Target } from './target.ts'

/** One request on its way, from the moment it was due to its outcome. Times are milliseconds of the run. */
export interface Flight {
  readonly index: number
  readonly target: Target
  readonly dueMs: number
  readonly sentMs: number
  /** Gives up whatever is under way for it. */
  cancel: () => void
  /** Waiting for the DNS: when it is given up now, the DNS is why. */
  resolving: boolean
  retried: boolean
  done: boolean
}

/** What an answer says of itself. */
export interface Answer {
  readonly status: number
  readonly release: string
  readonly chain: string
}
