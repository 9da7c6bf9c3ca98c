import { fileURLToPath } from 'node:url'
import { createProgress, failureSentence, SetupError } from './progress.mjs'

/**
 * `npm run setup`, first half: runs on whatever Node is there (20 or newer) with nothing installed, brings the npm
 * packages and with them the project's own Node, which runs the second half, complete-setup.ts.
 */

const HELP = `Installs what Hoplab needs: npm packages, Electron, system libraries; then builds it. Run it as often as you like.

  npm run setup
  npm run setup -- --official-only    take Electron from its official download or not at all
                                      (the same: HOPLAB_OFFICIAL_ELECTRON_ONLY=1)
`

/** @param {readonly string[]} args */
function readArguments(args) {
  if (args.includes('--help') || args.includes('-h')) return null
  const unknown = args.find((arg) => arg !== '--official-only')
  if (unknown !== undefined) throw new SetupError(`"${unknown}" is no option of the set-up.\n\n${HELP}`)
  return { officialOnly: args.length > 0 || process.env['HOPLAB_OFFICIAL_ELECTRON_ONLY'] === '1' }
}

async function setUp() {
  const startedMs = Date.now()
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20)
    throw new SetupError(`Node ${process.versions.node} is too old for the set-up: install Node 20 or newer.`)
  const options = readArguments(process.argv.slice(2))
  if (options === null) return console.log(HELP)
  const { ensurePackages, ensurePinnedNode } = await import('./packages.mjs')
  const { PINNED_NODE } = await import('./project.mjs')
  const progress = createProgress(startedMs)
  const packages = await progress.step('npm packages', ensurePackages)
  const node = await progress.step('Node', ensurePinnedNode)
  const { runToEnd } = await import('./run-to-end.mjs')
  const secondHalf = fileURLToPath(new URL('complete-setup.ts', import.meta.url))
  const handedOver = { startedMs, officialOnly: options.officialOnly, done: [packages, node] }
  process.exitCode = await runToEnd(PINNED_NODE, [secondHalf, JSON.stringify(handedOver)])
}

setUp().catch((error) => {
  console.error(`\nSet-up stopped: ${failureSentence(error)}`)
  process.exitCode = 1
})
