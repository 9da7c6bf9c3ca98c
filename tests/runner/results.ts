import { readFileSync } from 'node:fs'

/** The figures of the test runners, from the JSON files that they write. */

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Names of the skipped tests, each with its reason where its name says so. */
  readonly skippedNames: readonly string[]
}

export const NO_TESTS: Counts = { passed: 0, failed: 0, skipped: 0, skippedNames: [] }

export function addCounts(all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, counts) => ({
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: sum.skipped + counts.skipped,
      skippedNames: [...sum.skippedNames, ...counts.skippedNames],
    }),
    NO_TESTS,
  )
}

/** The line that closes a run. */
export function closingLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`
}

interface VitestReport {
  readonly testResults: readonly {
    /** A file that could not be loaded failed without a test. */
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** Reads the report of Vitest's `json` reporter. */
export function countVitest(report: VitestReport): Counts {
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed')
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + broken.length,
    skipped: skipped.length,
    skippedNames: skipped.map((test) => test.fullName),
  }
}

interface PlaywrightSuite {
  readonly title: string
  readonly specs?: readonly { readonly title: string; readonly tests: readonly { readonly status: string }[] }[]
  readonly suites?: readonly PlaywrightSuite[]
}

export interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[]
  /** Failures outside of tests: a file that does not load. */
  readonly errors: readonly unknown[]
}

/** Reads the report of Playwright's `json` reporter. A flaky test passed only when it was tried again: it failed. */
export function countPlaywright(report: PlaywrightReport): Counts {
  const tests = report.suites.flatMap((suite) => testsOf(suite, ''))
  const skipped = tests.filter((test) => test.status === 'skipped')
  return {
    passed: tests.filter((test) => test.status === 'expected').length,
    failed:
      tests.filter((test) => test.status === 'unexpected' || test.status === 'flaky').length + report.errors.length,
    skipped: skipped.length,
    skippedNames: skipped.map((test) => test.name),
  }
}

function testsOf(suite: PlaywrightSuite, above: string): { name: string; status: string }[] {
  const here = `${above}${suite.title} › `
  const own = (suite.specs ?? []).flatMap((spec) =>
    spec.tests.map((test) => ({ name: `${here}${spec.title}`, status: test.status })),
  )
  return [...own, ...(suite.suites ?? []).flatMap((inner) => testsOf(inner, here))]
}

/** Reads a runner's report, or null where it wrote none. */
export function readCounts(runner: 'vitest' | 'playwright', file: string): Counts | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return null
  }
  const report: unknown = JSON.parse(text)
  return runner === 'vitest' ? countVitest(report as VitestReport) : countPlaywright(report as PlaywrightReport)
}
