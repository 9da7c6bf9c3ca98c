import { cp, mkdir, readdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { NAME_PATTERN } from '../../contract/index.ts'
import type { Platform } from '../platform/platform.ts'
import { isThere } from './is-there.ts'

/** Names the shipped releases that were unpacked once. */
const UNPACKED_LIST = '.unpacked'

const releaseFile = z.object({ summary: z.union([z.string(), z.record(z.string(), z.string())]) })

/** The codebase of one server: `releases/<version>/` and `current`, which names the live one. */
export class Codebase {
  readonly folder: string
  private readonly platform: Platform

  constructor(folder: string, platform: Platform) {
    this.folder = folder
    this.platform = platform
  }

  /**
   * Unpacks shipped releases that were never unpacked here; those that are there may have been edited and stay as they
   * are, and those that a deployment has tidied away stay away.
   */
  async install(shippedFolder: string): Promise<void> {
    const releases = join(this.folder, 'releases')
    await mkdir(releases, { recursive: true })
    await mkdir(join(this.folder, 'shared'), { recursive: true })
    const unpacked = await this.readUnpacked()
    for (const release of await listReleases(shippedFolder)) {
      const target = join(releases, release)
      if (unpacked.includes(release) || (await isThere(target))) continue
      // Copied beside and renamed: a release is there whole or not at all.
      const partial = `${target}.partial`
      await rm(partial, { recursive: true, force: true })
      await cp(join(shippedFolder, 'releases', release), partial, { recursive: true })
      await rename(partial, target)
    }
    const shipped = await listReleases(shippedFolder)
    if (shipped.every((release) => unpacked.includes(release))) return
    await writeFile(join(this.folder, UNPACKED_LIST), `${[...new Set([...unpacked, ...shipped])].join('\n')}\n`)
  }

  /** The releases of another server that are not here yet. */
  async copyReleases(from: Codebase): Promise<void> {
    await mkdir(join(this.folder, 'releases'), { recursive: true })
    const known = await this.releases()
    for (const release of await from.releases()) {
      if (known.includes(release)) continue
      // Copied beside and renamed: a release is there whole or not at all.
      const partial = `${this.releaseFolder(release)}.partial`
      await rm(partial, { recursive: true, force: true })
      await cp(from.releaseFolder(release), partial, { recursive: true })
      await rename(partial, this.releaseFolder(release))
    }
    await writeFile(join(this.folder, UNPACKED_LIST), `${(await from.readUnpacked()).join('\n')}\n`)
  }

  private async readUnpacked(): Promise<readonly string[]> {
    const text = await readFile(join(this.folder, UNPACKED_LIST), 'utf8').catch(() => '')
    return text.split('\n').filter((line) => line !== '')
  }

  releaseFolder(release: string): string {
    return join(this.folder, 'releases', release)
  }

  /** Oldest first, by when their folder was made; of the same moment by name. */
  async releasesByAge(): Promise<readonly string[]> {
    const names = await this.releases()
    const ages = await Promise.all(names.map(async (name) => (await stat(this.releaseFolder(name))).birthtimeMs))
    // The sort is stable: names are in natural order already.
    return names
      .map((name, index) => ({ name, age: Math.floor((ages[index] ?? 0) / 1000) }))
      .sort((a, b) => a.age - b.age)
      .map(({ name }) => name)
  }

  async remove(release: string): Promise<void> {
    await rm(this.releaseFolder(release), { recursive: true, force: true })
  }

  releases(): Promise<readonly string[]> {
    return listReleases(this.folder)
  }

  /** The release that `current` names, or null when it names none that is there. */
  async current(): Promise<string | null> {
    const target = await readlink(join(this.folder, 'current')).catch(() => null)
    if (target === null) return null
    const release = basename(target)
    return (await isThere(join(this.folder, 'releases', release))) ? release : null
  }

  async switchTo(release: string): Promise<void> {
    await this.platform.switchCurrent(this.folder, release)
  }

  /** What the release says of itself, by language; empty when it says nothing. */
  async summary(release: string): Promise<Readonly<Record<string, string>>> {
    const text = await readFile(join(this.folder, 'releases', release, 'release.json'), 'utf8').catch(() => '{}')
    try {
      const { summary } = releaseFile.parse(JSON.parse(text))
      return typeof summary === 'string' ? { en: summary } : summary
    } catch {
      return {}
    }
  }
}

/** Names of the folders in `releases/` that can be releases, in natural order (v2 before v10). */
async function listReleases(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, 'releases'), { withFileTypes: true }).catch(() => [])
  const names = entries.filter(
    (entry) => entry.isDirectory() && NAME_PATTERN.test(entry.name) && !entry.name.endsWith('.partial'),
  )
  return names.map((entry) => entry.name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}
