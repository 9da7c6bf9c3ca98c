import { buildParts } from './build-parts.ts'
import { failureSentence, seconds } from './progress.mjs'

/** `npm run build`: everything that is not up to date. */
const startedMs = Date.now()
try {
  const done = await buildParts(['programs', 'cli', 'window'], (text) => console.log(text))
  console.log(`${done} (${seconds(Date.now() - startedMs)})`)
} catch (error) {
  console.error(`\nThe build stopped: ${failureSentence(error)}`)
  process.exitCode = 1
}
