import { buildParts } from './build-parts.ts'
import { checkElectron, ensureElectron } from './electron.ts'
import { createProgress, failureSentence, seconds, SetupError } from './progress.mjs'
import { ensureSystemLibraries } from './system-libraries.ts'

/** `npm run setup`, second half: runs on the project's own Node, with the npm packages there. */

interface HandedOver {
  readonly startedMs: number
  readonly officialOnly: boolean
  /** What the first half did, in words. */
  readonly done: readonly string[]
}

async function completeSetup(handedOver: HandedOver): Promise<void> {
  const { startedMs, officialOnly } = handedOver
  const progress = createProgress(startedMs)
  const done = [...handedOver.done]
  done.push(await progress.step('Electron', (note) => ensureElectron({ officialOnly }, note)))
  done.push(await progress.step('system libraries', ensureSystemLibraries))
  await progress.step('check', async () => {
    await checkElectron()
    await checkPseudoTerminals()
    return 'Electron and pseudo-terminals work'
  })
  done.push(await progress.step('build', (note) => buildParts(['programs', 'cli', 'window'], note)))
  console.log(`Hoplab is set up (${seconds(Date.now() - startedMs)}): ${done.join('; ')}.`)
}

/** node-pty is the only native library: loading it tells whether npm brought the one for this system. */
async function checkPseudoTerminals(): Promise<void> {
  try {
    await import('node-pty')
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new SetupError(
      `The library for pseudo-terminals (node-pty) does not load on ${process.platform}-${process.arch}: ${reason}. ` +
        'Delete node_modules and run "npm run setup" again.',
    )
  }
}

try {
  await completeSetup(JSON.parse(process.argv[2] ?? '{}') as HandedOver)
} catch (error) {
  console.error(`\nSet-up stopped: ${failureSentence(error)}`)
  process.exitCode = 1
}
