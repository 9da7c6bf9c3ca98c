import { expect, it } from 'vitest'
import { linesByHost, stepLines, stepsDone } from '../../../../renderer/src/model/deployment-steps.ts'
import type { DeployStep, PlannedStep } from '../../../../services/contract/index.ts'

const PLAN: readonly PlannedStep[] = [
  { name: 'check', host: 'a' },
  { name: 'check', host: 'b' },
  { name: 'stop', host: 'a' },
  { name: 'start', host: 'a' },
  { name: 'stop', host: 'b' },
]

function step(planned: number | null, change: Partial<DeployStep> = {}): DeployStep {
  const { name, host } = PLAN[planned ?? -1] ?? { name: 'roll-back', host: 'a' }
  return { name, host, startMs: 1, endMs: 2, ok: true, progress: null, planned, ...change }
}

it('numbers the steps of a plan, and gives those that run at the same time one number', () => {
  expect(stepLines(PLAN, []).map(({ number, name, host }) => `${number} ${name} ${host}`)).toEqual([
    '1 check a',
    '1 check b',
    '2 stop a',
    '3 start a',
    '4 stop b',
  ])
})

it('finds what came of each step, also when they ended in another order, and adds what was not planned', () => {
  const failed = step(0, { ok: false })
  const lines = stepLines(PLAN, [step(1), failed, step(null)])
  expect(lines.map((line) => line.step?.ok ?? null)).toEqual([false, true, null, null, null, true])
  expect(lines.at(-1)).toMatchObject({ name: 'roll-back', host: 'a', number: 5 })
})

it('sorts the lines by host and loses none', () => {
  const columns = linesByHost(stepLines(PLAN, []))
  expect(columns.map(([host, lines]) => [host, lines.map(({ name }) => name)])).toEqual([
    ['a', ['check', 'stop', 'start']],
    ['b', ['check', 'stop']],
  ])
})

it('counts the steps of the plan that are over', () => {
  expect(stepsDone([step(0), step(1, { endMs: null }), step(null)])).toBe(1)
})
