import { join, relative } from 'node:path'
import { ROOT } from '../../electron/setup/project.mjs'
import { NAME_SEPARATOR, type Failure } from './results.ts'

/** The steps of a check, each one command on the project's own Node. */

export interface Step {
  readonly name: string
  readonly command: readonly string[]
  readonly limitMs: number
  /** Which runner's report tells how many tests passed; a step without one is no test. */
  readonly runner?: 'vitest' | 'playwright'
  /** The window needs a display. */
  readonly display?: boolean
  /** Runs labs whose tests may have a loopback network of their own, and then run beside others. */
  readonly ownLoopback?: boolean
  /** Only some of its tests are wanted: that the others are skipped is no news. */
  readonly isPart?: boolean
  /** The command for nothing but these tests and a report of this name, where failed tests are tried again. */
  readonly narrow?: (name: string, failures: readonly Failure[]) => readonly string[]
}

export const RESULTS = join(ROOT, 'tests/.results')

export function reportFile(step: Pick<Step, 'name'>): string {
  return join(RESULTS, `${step.name}.json`)
}

const MINUTE_MS = 60_000

/** Limits are there to end what hangs, not to judge what is slow: a busy machine takes its time. */
const STATIC_LIMIT_MS = 8 * MINUTE_MS
const TEST_LIMIT_MS = 17 * MINUTE_MS

function tool(script: string, ...args: readonly string[]): readonly string[] {
  return [process.execPath, join(ROOT, 'node_modules', script), ...args]
}

function vitestCommand(name: string, projects: readonly string[], which: readonly string[]): readonly string[] {
  return tool(
    'vitest/vitest.mjs',
    ...['run', '--config', '.config/vitest.config.ts'],
    ...projects.flatMap((project) => ['--project', project]),
    ...which,
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile({ name })}`],
  )
}

function vitest(name: string, projects: readonly string[], limitMs: number, folders: readonly string[] = []): Step {
  return { name, command: vitestCommand(name, projects, folders), limitMs, runner: 'vitest' }
}

const AGAIN_LIMIT_MS = 3 * MINUTE_MS

/** The same step with nothing but the tests that failed. */
export function again(step: Step, failures: readonly Failure[]): Step | null {
  const name = `${step.name}-again`
  const command = step.narrow?.(name, failures)
  return command === undefined ? null : { ...step, name, command, limitMs: AGAIN_LIMIT_MS, isPart: true }
}

/** Names as a pattern of the runners, which read regular expressions. */
function pattern(names: readonly string[]): string {
  return names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
}

const LINT: Step = {
  name: 'lint',
  command: tool('eslint/bin/eslint.js', '--config', '.config/eslint.config.js', '--max-warnings', '0', '.'),
  limitMs: STATIC_LIMIT_MS,
}

const FORMAT: Step = {
  name: 'format',
  command: tool(
    'prettier/bin/prettier.cjs',
    ...['--config', '.config/prettier.json', '--log-level', 'warn', '--check', '.'],
    ...['--ignore-path', '.gitignore', '--ignore-path', '.config/prettierignore'],
  ),
  limitMs: STATIC_LIMIT_MS,
}

const TYPES: Step = {
  name: 'types',
  command: tool('typescript/bin/tsc', '-p', 'tsconfig.json'),
  limitMs: STATIC_LIMIT_MS,
}

const WINDOW_TYPES: Step = {
  name: 'window-types',
  command: tool('vue-tsc/bin/vue-tsc.js', '-p', 'renderer/tsconfig.json'),
  limitMs: STATIC_LIMIT_MS,
}

const E2E_TYPES: Step = {
  name: 'e2e-types',
  command: tool('typescript/bin/tsc', '-p', 'tests/e2e/tsconfig.json'),
  limitMs: STATIC_LIMIT_MS,
}

const UNUSED: Step = {
  name: 'unused',
  command: tool('knip/bin/knip.js', '--config', '.config/knip.json'),
  limitMs: STATIC_LIMIT_MS,
}

const UNIT = vitest('unit', ['unit', 'renderer'], TEST_LIMIT_MS)

/** Two lanes for two cores; within a lane one after the other. */
export const CHECK_LANES: readonly (readonly Step[])[] = [
  [LINT, FORMAT, UNUSED],
  [TYPES, WINDOW_TYPES, E2E_TYPES, vitest('architecture', ['architecture'], STATIC_LIMIT_MS), UNIT],
]

function integration(name: string, ...folders: readonly string[]): Step {
  const paths = folders.map((folder) => `tests/integration/${folder}/`)
  return {
    ...vitest(name, ['integration'], TEST_LIMIT_MS, paths),
    ownLoopback: true,
    narrow: (report, failures) => {
      const files = failures.map(({ file }) => relative(ROOT, file))
      const named = ['--testNamePattern', pattern(failures.map((failure) => failure.name))]
      return vitestCommand(report, ['integration'], [...new Set(files), ...named])
    },
  }
}

const E2E_COMMAND = tool('@playwright/test/cli.js', 'test', '--config', '.config/playwright.config.ts')

const E2E: Step = {
  name: 'e2e',
  command: E2E_COMMAND,
  limitMs: TEST_LIMIT_MS,
  runner: 'playwright',
  display: true,
  narrow: (_report, failures) => {
    const files = failures.map(({ file }) => pattern([file]))
    // A name begins with its file, which the runner doesn't want there.
    const titles = failures.map(({ name }) => name.split(NAME_SEPARATOR).slice(1).join(' '))
    return [...E2E_COMMAND, ...new Set(files), '--grep', pattern(titles)]
  },
}

/**
 * Real processes and a real window. They wait more than they compute, so two lanes share two cores well (three do not);
 * but they use the same addresses, so the lanes run at the same time only where a step can have a loopback network of
 * its own.
 */
export const SLOW_LANES: readonly (readonly Step[])[] = [
  [integration('labs', 'engine', 'cli')],
  [integration('programs', 'programs', 'protocols'), E2E],
]
