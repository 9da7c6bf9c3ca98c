import { describe, expect, it } from 'vitest'
import { addCounts, closingLine, countPlaywright, countVitest, NO_TESTS } from '../../../runner/results.ts'

describe('countVitest', () => {
  it('counts tests, and a file that could not be loaded as one failure', () => {
    const counts = countVitest({
      testResults: [
        {
          name: '/project/tests/one.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'a', failureMessages: [] },
            {
              status: 'failed',
              fullName: 'b',
              failureMessages: ['\u001b[31mAssertionError: 1 is not 2\u001b[39m\n\n    at b'],
            },
            { status: 'skipped', fullName: 'c [skipped, not installed: dig]' },
            { status: 'todo', fullName: 'd' },
          ],
        },
        { name: '/project/tests/two.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
      ],
    })
    expect(counts).toEqual({
      passed: 1,
      failed: 2,
      skipped: 2,
      skippedNames: ['c [skipped, not installed: dig]', 'd'],
      failures: [
        { file: '/project/tests/one.test.ts', name: 'b', why: 'AssertionError: 1 is not 2\n    at b' },
        { file: '/project/tests/two.test.ts', name: '/project/tests/two.test.ts', why: 'no such module' },
      ],
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
          specs: [{ title: 'opens', file: 'window.spec.ts', tests: [{ status: 'expected' }] }],
          suites: [
            {
              title: 'the toolbar',
              specs: [
                {
                  title: 'starts a lab',
                  file: 'window.spec.ts',
                  tests: [{ status: 'unexpected', results: [{ error: { message: 'not visible' } }] }],
                },
                { title: 'stops it', file: 'window.spec.ts', tests: [{ status: 'flaky' }] },
                { title: 'deploys', file: 'window.spec.ts', tests: [{ status: 'skipped' }] },
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
      failures: [
        { file: 'window.spec.ts', name: 'window.spec.ts › the toolbar › starts a lab', why: 'not visible' },
        { file: 'window.spec.ts', name: 'window.spec.ts › the toolbar › stops it', why: '' },
      ],
    })
  })

  it('counts what broke outside of tests', () => {
    expect(countPlaywright({ suites: [], errors: [{ message: 'no such file' }] }).failed).toBe(1)
  })
})

describe('closingLine', () => {
  it('names skipped tests only where there are some', () => {
    const one = { passed: 3, failed: 0, skipped: 0, skippedNames: [], failures: [] }
    const two = { passed: 2, failed: 1, skipped: 1, skippedNames: ['x'], failures: [] }
    expect(closingLine(one)).toBe('3 passed, 0 failed')
    expect(closingLine(addCounts([one, two, NO_TESTS]))).toBe('5 passed, 1 failed, 1 skipped')
  })
})
