import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PINNED_NODE, pinnedVersion } from './project.mjs'

/**
 * What the npm scripts start with: makes sure that the project's own Node runs us (npm puts it first in PATH), then
 * runs the TypeScript file that is named. Plain JavaScript, because an older Node must be able to read the sentence.
 */

/** @returns {string | null} what to do before anything can run */
function whatIsMissing() {
  const wanted = pinnedVersion('node')
  if (!existsSync(PINNED_NODE)) return 'Hoplab is not set up yet. Run "npm run setup" first.'
  if (process.versions.node === wanted) return null
  return `Hoplab runs on its own Node ${wanted}, this is Node ${process.versions.node}. Start it by npm ("npm start", "npm run lab -- demo", "npm test"), and run "npm run setup" if it is not up to date.`
}

const [script, ...args] = process.argv.slice(2)
const missing = whatIsMissing()
if (missing !== null || script === undefined) {
  console.error(missing ?? 'usage: node electron/setup/run.mjs SCRIPT [ARGUMENTS]')
  process.exitCode = 1
} else {
  const path = resolve(script)
  process.argv = [process.execPath, path, ...args]
  await import(pathToFileURL(path).href)
}
