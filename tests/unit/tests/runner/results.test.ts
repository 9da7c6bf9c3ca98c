import { describe, expect, it } from 'vitest'
import { addCounts, closingLine, countPlaywright, countVitest, NO_TESTS } from '../../../runner/results.ts'

describe('countVitest', () => {
  it('counts tests, and a file that could not be loaded as one failure', () => {
    const counts = countVitest({
      testResults: [
        {
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'a' },
            { status: 'failed', fullName: 'b' },
            { status: 'skipped', fullName: 'c [skipped, not installed: dig]' },
            { status: 'todo', fullName: 'd' },
          ],
        },
        { status: 'failed', assertionResults: [] },
      ],
    })
    expect(counts).toEqual({
      passed: 1,
      failed: 2,
      skipped: 2,
      skippedNames: ['c [skipped, not installed: dig]', 'd'],
    })
  })
})

describe('countPlaywright', () => {
  it('looks into nested suites, and takes a flaky test for a failure', () => {
    const counts = countPlaywright({
      errors: [],
      suites: [
        {
          title: 'window.spec.ts',
          specs: [{ title: 'opens', tests: [{ status: 'expected' }] }],
          suites: [
            {
              title: 'the toolbar',
              specs: [
                { title: 'starts a lab', tests: [{ status: 'unexpected' }] },
                { title: 'stops it', tests: [{ status: 'flaky' }] },
                { title: 'deploys', tests: [{ status: 'skipped' }] },
              ],
            },
          ],
        },
      ],
    })
    expect(counts).toEqual({
      passed: 1,
      failed: 2,
      skipped: 1,
      skippedNames: ['window.spec.ts › the toolbar › deploys'],
    })
  })

  it('counts what broke outside of tests', () => {
    expect(countPlaywright({ suites: [], errors: [{ message: 'no such file' }] }).failed).toBe(1)
  })
})

describe('closingLine', () => {
  it('names skipped tests only where there are some', () => {
    const one = { passed: 3, failed: 0, skipped: 0, skippedNames: [] }
    const two = { passed: 2, failed: 1, skipped: 1, skippedNames: ['x'] }
    expect(closingLine(one)).toBe('3 passed, 0 failed')
    expect(closingLine(addCounts([one, two, NO_TESTS]))).toBe('5 passed, 1 failed, 1 skipped')
  })
})
