import type { DeployStep, PlannedStep } from '../../../services/contract/index.ts'

/** One line of a deployment: a step of its plan, or one that was not planned (going back). */
export interface StepLine {
  readonly key: string
  readonly name: PlannedStep['name']
  readonly host: string
  /** Steps with the same number run at the same time. */
  readonly number: number
  /** What came of it; null when it has not begun, or never will. */
  readonly step: DeployStep | null
}

/**
 * All lines in their order: the plan, each step with what came of it, and after it what was done besides. Neighbours with
 * the same name on different hosts have one number: that is how a plan says "at the same time".
 */
export function stepLines(plan: readonly PlannedStep[], steps: readonly DeployStep[]): readonly StepLine[] {
  const besides = steps.filter((step) => step.planned === null)
  const all = [
    ...plan.map((planned, at) => ({ ...planned, step: steps.find((step) => step.planned === at) ?? null })),
    ...besides.map((step) => ({ name: step.name, host: step.host, step })),
  ]
  let number = 0
  return all.map(({ name, host, step }, at) => {
    if (all[at - 1]?.name !== name) number += 1
    return { key: `${at}:${name}:${host}`, name, host, number, step }
  })
}

/** The lines of each host, in the order in which the hosts come. */
export function linesByHost(
  lines: readonly StepLine[],
): readonly (readonly [host: string, lines: readonly StepLine[]])[] {
  const hosts = [...new Set(lines.map(({ host }) => host))]
  return hosts.map((host) => [host, lines.filter((line) => line.host === host)] as const)
}

/** How many steps of the plan are over. */
export function stepsDone(steps: readonly DeployStep[]): number {
  return steps.filter((step) => step.planned !== null && step.endMs !== null).length
}
