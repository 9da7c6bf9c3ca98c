import { cp, mkdir, readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { NAME_PATTERN } from '../../contract/index.ts'
import type { Platform } from '../platform/platform.ts'

const releaseFile = z.object({ summary: z.union([z.string(), z.record(z.string(), z.string())]) })

/** The codebase of one server: `releases/<version>/` and `current`, which names the live one. */
export class Codebase {
  readonly folder: string
  private readonly platform: Platform

  constructor(folder: string, platform: Platform) {
    this.folder = folder
    this.platform = platform
  }

  /** Unpacks shipped releases that are not there yet; those that are there may have been edited and stay as they are. */
  async install(shippedFolder: string): Promise<void> {
    const releases = join(this.folder, 'releases')
    await mkdir(releases, { recursive: true })
    for (const release of await listReleases(shippedFolder)) {
      const target = join(releases, release)
      if (await exists(target)) continue
      // Copied beside and renamed: a release is there whole or not at all.
      const partial = `${target}.partial`
      await rm(partial, { recursive: true, force: true })
      await cp(join(shippedFolder, 'releases', release), partial, { recursive: true })
      await rename(partial, target)
    }
  }

  releases(): Promise<readonly string[]> {
    return listReleases(this.folder)
  }

  /** The release that `current` names, or null when it names none that is there. */
  async current(): Promise<string | null> {
    const target = await readlink(join(this.folder, 'current')).catch(() => null)
    if (target === null) return null
    const release = basename(target)
    return (await exists(join(this.folder, 'releases', release))) ? release : null
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

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
