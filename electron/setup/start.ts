import { buildParts } from './build-parts.ts'
import { electronPlace, inspectElectron } from './electron-files.ts'
import { electronArguments, runElectron, sandboxHint, whyNoWindow } from './launch.ts'
import { failureSentence, SetupError } from './progress.mjs'
import { ROOT, pinnedVersion } from './project.mjs'

/** `npm start`: brings the build up to date and opens the window. */
async function start(): Promise<number> {
  const noWindow = whyNoWindow(process.platform, process.env)
  if (noWindow !== null) throw new SetupError(noWindow)
  const place = electronPlace(ROOT)
  if (inspectElectron(place, pinnedVersion('electron')).kind === 'missing') {
    throw new SetupError('Electron is not installed. Run "npm run setup" first.')
  }
  await buildParts(['programs', 'window'], (text) => console.log(text))
  const { args, notice } = electronArguments(process.getuid?.())
  if (notice !== null) console.log(notice)
  const code = await runElectron(place.executable, [...args, '.', ...process.argv.slice(2)])
  const hint = code === 0 ? null : sandboxHint(place.dist)
  if (hint !== null) console.error(hint)
  return code
}

try {
  process.exit(await start())
} catch (error) {
  console.error(failureSentence(error))
  process.exitCode = 1
}
