import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

/** The figures of the test runners, from the JSON files that they write. */

export interface Failure {
  /** Where to run it again: a test file's path. Empty for what broke outside of tests. */
  readonly file: string
  readonly name: string
  /** The first lines of what the runner says about it. */
  readonly why: string
}

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Names of the skipped tests, each with its reason where its name says so. */
  readonly skippedNames: readonly string[]
  readonly failures: readonly Failure[]
}

export const NO_TESTS: Counts = { passed: 0, failed: 0, skipped: 0, skippedNames: [], failures: [] }

/** Enough to know what was expected and what came; the whole message stands where the test ran. */
const WHY_LINES = 8

function firstLines(message: string): string {
  const lines = stripVTControlCharacters(message).split('\n')
  return lines
    .filter((line) => line.trim() !== '')
    .slice(0, WHY_LINES)
    .join('\n')
}

export function addCounts(all: readonly Counts[]): Counts {
  return all.reduce(
    (sum, counts) => ({
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: sum.skipped + counts.skipped,
      skippedNames: [...sum.skippedNames, ...counts.skippedNames],
      failures: [...sum.failures, ...counts.failures],
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
    /** The file's path. */
    readonly name: string
    /** A file that could not be loaded failed without a test. */
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages?: readonly string[] | null
    }[]
  }[]
}

/** Reads the report of Vitest's `json` reporter. */
export function countVitest(report: VitestReport): Counts {
  const tests = report.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({
      ...test,
      file: file.name,
      why: firstLines(test.failureMessages?.[0] ?? ''),
    })),
  )
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  const failed = tests.filter((test) => test.status === 'failed')
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed')
  const failures = [
    ...failed.map(({ file, fullName, why }) => ({ file, name: fullName, why })),
    ...broken.map(({ name, message }) => ({ file: name, name, why: firstLines(message ?? '') })),
  ]
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: failures.length,
    skipped: skipped.length,
    skippedNames: skipped.map((test) => test.fullName),
    failures,
  }
}

interface PlaywrightTest {
  readonly status: string
  readonly results?: readonly { readonly error?: { readonly message?: string } }[]
}

interface PlaywrightSuite {
  readonly title: string
  readonly specs?: readonly {
    readonly title: string
    readonly file: string
    readonly tests: readonly PlaywrightTest[]
  }[]
  readonly suites?: readonly PlaywrightSuite[]
}

export interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[]
  /** Failures outside of tests: a file that does not load. */
  readonly errors: readonly { readonly message?: string }[]
}

/** Reads the report of Playwright's `json` reporter. A flaky test passed only when it was tried again: it failed. */
export function countPlaywright(report: PlaywrightReport): Counts {
  const tests = report.suites.flatMap((suite) => testsOf(suite, ''))
  const failed = tests.filter((test) => test.status === 'unexpected' || test.status === 'flaky')
  const skipped = tests.filter((test) => test.status === 'skipped')
  const failures = [
    ...failed.map(({ file, name, why }) => ({ file, name, why })),
    ...report.errors.map(({ message }) => ({ file: '', name: 'outside of tests', why: firstLines(message ?? '') })),
  ]
  return {
    passed: tests.filter((test) => test.status === 'expected').length,
    failed: failures.length,
    skipped: skipped.length,
    skippedNames: skipped.map((test) => test.name),
    failures,
  }
}

/** Between the parts of a Playwright test's name: file, groups, title. */
export const NAME_SEPARATOR = ' › '

function testsOf(suite: PlaywrightSuite, above: string): (Failure & { readonly status: string })[] {
  const here = `${above}${suite.title}${NAME_SEPARATOR}`
  const own = (suite.specs ?? []).flatMap((spec) =>
    spec.tests.map(({ status, results }) => ({
      file: spec.file,
      name: `${here}${spec.title}`,
      status,
      why: firstLines(results?.[0]?.error?.message ?? ''),
    })),
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
