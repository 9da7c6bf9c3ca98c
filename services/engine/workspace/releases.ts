import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  LabError,
  type FileDiff,
  type ReleaseDiff,
  type ReleaseFile,
  type ReleaseInfo,
  type ReleaseText,
  type WrittenRelease,
} from '../../contract/index.ts'
import { diffLines } from '../../protocols/diff/line-diff.ts'
import type { Codebase } from './codebase.ts'
import { listFiles, readFileText, readText, replaceFile } from './release-files.ts'

/** Releases that are kept beside those that are live, or were before. */
const KEPT_RELEASES = 5

/** The releases of all servers of a lab. A person's own releases are made here; those that are live are never touched. */
export class Releases {
  private readonly codebases: ReadonlyMap<string, Codebase>

  constructor(codebases: ReadonlyMap<string, Codebase>) {
    this.codebases = codebases
  }

  async list(): Promise<readonly ReleaseInfo[]> {
    const found = new Map<string, { hosts: string[]; summary: Readonly<Record<string, string>> }>()
    for (const [host, codebase] of this.codebases) {
      for (const id of await codebase.releases()) {
        const entry = found.get(id) ?? { hosts: [], summary: await codebase.summary(id) }
        entry.hosts.push(host)
        found.set(id, entry)
      }
    }
    return [...found]
      .map(([id, entry]) => ({ id, ...entry }))
      .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
  }

  /** The folder of a release on the first server that has it. Throws `RELEASE_UNKNOWN`. */
  async folderOf(release: string): Promise<string> {
    return (await this.holderOf(release)).releaseFolder(release)
  }

  /** A codebase that holds the release. Throws `RELEASE_UNKNOWN`. */
  async holderOf(release: string): Promise<Codebase> {
    for (const codebase of this.codebases.values()) if ((await codebase.releases()).includes(release)) return codebase
    const known = (await this.list()).map(({ id }) => id).join(', ')
    throw new LabError('RELEASE_UNKNOWN', { release, known })
  }

  /** Copies a release. Throws `RELEASE_UNKNOWN`, `RELEASE_EXISTS`. */
  async create(from: string, name: string | undefined, hosts?: readonly string[]): Promise<ReleaseInfo> {
    const source = await this.folderOf(from)
    const id = await this.freeName(name)
    await this.makeOn(hosts, id, async (folder) => {
      await cp(source, folder, { recursive: true })
      const summary = { en: `A copy of ${from}, to be changed.`, fr: `Une copie de ${from}, à modifier.` }
      await writeFile(join(folder, 'release.json'), `${JSON.stringify({ summary }, null, 2)}\n`)
    })
    return this.info(id)
  }

  /** A release from the contents of files. The paths have been checked by the command's schema. */
  async import(
    name: string | undefined,
    files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  ): Promise<ReleaseInfo> {
    const id = await this.freeName(name)
    await this.makeOn(undefined, id, async (folder) => {
      for (const { path, bytes } of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), bytes)
      }
    })
    return this.info(id)
  }

  async tree(release: string): Promise<readonly ReleaseFile[]> {
    return listFiles(await this.folderOf(release))
  }

  async read(release: string, file: string): Promise<ReleaseText> {
    const text = await readFileText(await this.folderOf(release), file, release)
    return { release, file, text }
  }

  /** Writes a file of a release on every server that has it; of a release that is live, into the next version. */
  async write(release: string, file: string, text: string): Promise<WrittenRelease> {
    await this.folderOf(release)
    const live = await this.liveReleases()
    const target = live.has(release) ? (await this.create(release, undefined)).id : release
    for (const codebase of this.codebases.values()) {
      if (!(await codebase.releases()).includes(target)) continue
      await replaceFile(codebase.releaseFolder(target), file, text, target)
    }
    return { release: target, created: target !== release, file }
  }

  async diff(from: string, to: string): Promise<ReleaseDiff> {
    const [fromFolder, toFolder] = [await this.folderOf(from), await this.folderOf(to)]
    const [before, after] = [await listFiles(fromFolder), await listFiles(toFolder)]
    const paths = [...new Set([...before, ...after].map(({ path }) => path))].sort()
    const files: FileDiff[] = []
    for (const path of paths) {
      const had = before.some((file) => file.path === path)
      const has = after.some((file) => file.path === path)
      const change = !had ? 'added' : has ? 'changed' : 'removed'
      const [old, now] = [
        had ? await readText(fromFolder, path) : { text: '', same: '' },
        has ? await readText(toFolder, path) : { text: '', same: '' },
      ]
      if (had && has && old.same === now.same) continue
      files.push(fileDiff(path, change, old.text, now.text))
    }
    return { from, to, files }
  }

  /** Removes old releases. The newest stay, those that are live, and those that `needed` names. */
  async prune(needed: ReadonlySet<string>): Promise<void> {
    const live = await this.liveReleases()
    for (const codebase of this.codebases.values()) {
      const oldestFirst = await codebase.releasesByAge()
      for (const release of oldestFirst.slice(0, -KEPT_RELEASES)) {
        if (!live.has(release) && !needed.has(release)) await codebase.remove(release)
      }
    }
  }

  private async liveReleases(): Promise<ReadonlySet<string>> {
    const live = await Promise.all([...this.codebases.values()].map((codebase) => codebase.current()))
    return new Set(live.filter((release) => release !== null))
  }

  /** The name that is wanted, or the next version. Throws `RELEASE_EXISTS`. */
  private async freeName(wanted: string | undefined): Promise<string> {
    const taken = (await this.list()).map(({ id }) => id)
    if (wanted !== undefined) {
      if (taken.includes(wanted)) throw new LabError('RELEASE_EXISTS', { release: wanted })
      return wanted
    }
    const versions = taken.map((id) => Number(/^v(\d{1,6})$/.exec(id)?.[1] ?? 0))
    return `v${Math.max(0, ...versions) + 1}`
  }

  private async makeOn(
    hosts: readonly string[] | undefined,
    id: string,
    fill: (folder: string) => Promise<void>,
  ): Promise<void> {
    for (const [host, codebase] of this.codebases) {
      if (hosts !== undefined && !hosts.includes(host)) continue
      const target = codebase.releaseFolder(id)
      // Made beside and renamed: a release is there whole or not at all.
      const partial = `${target}.partial`
      await rm(partial, { recursive: true, force: true })
      await mkdir(partial, { recursive: true })
      await fill(partial)
      await rename(partial, target)
    }
  }

  private async info(id: string): Promise<ReleaseInfo> {
    const found = (await this.list()).find((release) => release.id === id)
    if (!found) throw new LabError('RELEASE_UNKNOWN', { release: id, known: '' })
    return found
  }
}

function fileDiff(path: string, change: FileDiff['change'], from: string | null, to: string | null): FileDiff {
  const hunks = from === null || to === null ? null : diffLines(from, to)
  const count = (kind: 'added' | 'removed'): number =>
    (hunks ?? []).flatMap(({ lines }) => lines).filter((line) => line.kind === kind).length
  return { path, change, hunks, addedLines: count('added'), removedLines: count('removed') }
}
