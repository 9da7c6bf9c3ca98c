import type { BatchCondition } from './messages.ts'

export type StepOutcome = 'ok' | 'error' | 'skipped'

/** What a condition may look at: the outcomes of the steps before, and whether a transaction is open now. */
export interface BatchProgress {
  readonly outcomes: readonly StepOutcome[]
  readonly isAutocommit: () => boolean
}

/** Whether a step with this condition runs (HRANA_3_SPEC, "Conditions"): a skipped step was neither ok nor an error. */
export function conditionHolds(condition: BatchCondition, progress: BatchProgress): boolean {
  switch (condition.type) {
    case 'ok':
    case 'error':
      return progress.outcomes[condition.step] === condition.type
    case 'not':
      return !conditionHolds(condition.cond, progress)
    case 'and':
      return condition.conds.every((inner) => conditionHolds(inner, progress))
    case 'or':
      return condition.conds.some((inner) => conditionHolds(inner, progress))
    case 'is_autocommit':
      return progress.isAutocommit()
  }
}
