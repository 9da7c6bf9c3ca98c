import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Where the npm package `electron` expects its binary, and what lies there now. */

/** Inside `dist`, and what `path.txt` must hold (electron/install.js of version 42). */
const EXECUTABLE_BY_PLATFORM: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'electron',
  win32: 'electron.exe',
  darwin: 'Electron.app/Contents/MacOS/Electron',
}

export interface ElectronPlace {
  /** node_modules/electron */
  readonly packageFolder: string
  /** The folder of the binary: a real one by the official download, a link to the cache by the fallback. */
  readonly dist: string
  readonly executable: string
  readonly pathFile: string
  /** What `path.txt` holds: the executable inside `dist`. */
  readonly executableInDist: string
}

/** Throws where Electron has no binary for this system. */
export function electronPlace(root: string, platform: NodeJS.Platform = process.platform): ElectronPlace {
  const executableInDist = EXECUTABLE_BY_PLATFORM[platform]
  if (executableInDist === undefined) throw new Error(`Electron has no binary for ${platform}`)
  const packageFolder = join(root, 'node_modules/electron')
  const dist = join(packageFolder, 'dist')
  return {
    packageFolder,
    dist,
    executable: join(dist, executableInDist),
    pathFile: join(packageFolder, 'path.txt'),
    executableInDist,
  }
}

export type ElectronFiles =
  | { readonly kind: 'missing' }
  | { readonly kind: 'official' }
  /** `target` is the folder that `dist` links to. */
  | { readonly kind: 'linked'; readonly target: string }

/** What is installed, by the files alone: the executable, `path.txt`, and the version file that every build brings. */
export function inspectElectron(place: ElectronPlace, version: string): ElectronFiles {
  const complete =
    readText(join(place.dist, 'version'))?.trim().replace(/^v/, '') === version &&
    readText(place.pathFile) === place.executableInDist &&
    existsSync(place.executable)
  if (!complete) return { kind: 'missing' }
  const target = linkTarget(place.dist)
  return target === null ? { kind: 'official' } : { kind: 'linked', target }
}

/** The folder that a link names, or null when there is no link. */
export function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
