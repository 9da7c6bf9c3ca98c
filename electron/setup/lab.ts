import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { buildParts } from './build-parts.ts'
import { failureSentence } from './progress.mjs'
import { ROOT } from './project.mjs'

/**
 * `npm run lab -- COMMAND`: the lab without a window. Runs the bundle in this very process, so that signals and the
 * exit code are its own. What is said meanwhile goes to stderr: stdout belongs to the command and may be JSON.
 */
try {
  await buildParts(['programs', 'cli'], (text) => console.error(text))
  const bundle = join(ROOT, 'out/cli/main.mjs')
  process.argv[1] = bundle
  await import(pathToFileURL(bundle).href)
} catch (error) {
  console.error(failureSentence(error))
  process.exitCode = 1
}
