import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../../electron/setup/project.mjs'
import { again, CHECK_LANES, SLOW_LANES, type Step } from '../../../runner/steps.ts'

function slowStep(name: string): Step {
  const step = SLOW_LANES.flat().find((one) => one.name === name)
  if (step === undefined) throw new Error(`there is no step "${name}"`)
  return step
}

describe('again', () => {
  it('asks Vitest for the failed tests of their files alone, and for a report of its own', () => {
    const file = join(ROOT, 'tests/integration/engine/lab.test.ts')
    const failures = ['starts (again)', 'stops'].map((name) => ({ file, name, why: '' }))
    const step = again(slowStep('labs'), failures)
    expect(step?.name).toBe('labs-again')
    const command = step?.command ?? []
    expect(command.filter((word) => word.includes('tests/integration/'))).toEqual([
      'tests/integration/engine/lab.test.ts',
    ])
    expect(command[command.indexOf('--testNamePattern') + 1]).toBe(String.raw`starts \(again\)|stops`)
    expect(command.some((word) => word.endsWith('labs-again.json'))).toBe(true)
  })

  it('asks Playwright for titles without their file', () => {
    const failure = { file: 'lab.test.ts', name: 'lab.test.ts › the toolbar › starts', why: '' }
    const command = again(slowStep('e2e'), [failure])?.command ?? []
    expect(command.slice(-3)).toEqual([String.raw`lab\.test\.ts`, '--grep', 'the toolbar starts'])
  })

  it('does not try again what starts no process', () => {
    for (const step of CHECK_LANES.flat()) expect(again(step, [{ file: 'a', name: 'b', why: '' }])).toBeNull()
  })
})
