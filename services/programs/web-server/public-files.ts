import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { open, realpath, stat, type FileHandle } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import type { Readable } from 'node:stream'
import type { Validators } from '../../protocols/http-static/conditions.ts'
import { contentTypeOf } from '../../protocols/http-static/content-type.ts'
import type { FileTarget } from '../../protocols/http-static/target.ts'

/** Files up to this size are kept in memory, tagged by their content; larger ones are streamed from the disk. */
const SMALL_FILE_BYTES = 128 * 1024
const MAX_KEPT_FILES = 128

export interface PublicFile extends Validators {
  readonly size: number
  readonly contentType: string
  /** The content, or null when it has to be streamed. */
  readonly content: Buffer | null
  /** Bytes of a file that is streamed, both ends included. Ends the file handle when the stream ends. */
  stream(first: number, last: number): Readable
  /** Gives the file handle back when `stream` is not called. */
  close(): Promise<void>
}

export type Lookup =
  | { readonly kind: 'file'; readonly file: PublicFile }
  /** A folder that has an index page was asked for without its slash: relative links would lead astray. */
  | { readonly kind: 'folder' }
  | { readonly kind: 'none' }
  | { readonly kind: 'forbidden'; readonly reason: string }

const NONE: Lookup = { kind: 'none' }

/** The files of a release's `public/` folder. */
export class PublicFiles {
  /** The real folder; nothing outside it is ever read. */
  readonly root: string
  private readonly kept = new Map<string, { readonly version: string; readonly file: PublicFile }>()

  private constructor(root: string) {
    this.root = root
  }

  /** A release without a public folder is served as one without files. */
  static async open(dir: string): Promise<PublicFiles> {
    return new PublicFiles(await realpath(dir).catch(() => resolve(dir)))
  }

  async find(target: Extract<FileTarget, { kind: 'path' }>): Promise<Lookup> {
    const path = join(this.root, ...target.segments)
    try {
      const real = await this.realPathInside(path)
      if (real === null) return { kind: 'forbidden', reason: 'a link leads out of the public folder' }
      const stats = await stat(real)
      if (stats.isDirectory()) return await this.findIndex(real, target.folder)
      return target.folder ? NONE : await this.read(real)
    } catch (error) {
      return explain(error)
    }
  }

  private async findIndex(folder: string, withSlash: boolean): Promise<Lookup> {
    const index = await this.realPathInside(join(folder, 'index.html'))
    if (index === null) return { kind: 'forbidden', reason: 'a link leads out of the public folder' }
    if (withSlash) return await this.read(index)
    return (await stat(index)).isFile() ? { kind: 'folder' } : NONE
  }

  /** The path with all links resolved, or null when that is outside. Rejects when there is nothing. */
  private async realPathInside(path: string): Promise<string | null> {
    const real = await realpath(path)
    return real === this.root || real.startsWith(this.root + sep) ? real : null
  }

  private async read(path: string): Promise<Lookup> {
    const version = versionOf(await stat(path, { bigint: true }))
    const kept = this.kept.get(path)
    if (kept?.version === version) return { kind: 'file', file: kept.file }
    const handle = await open(path, 'r')
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) {
      await handle.close()
      return NONE
    }
    if (stats.size > SMALL_FILE_BYTES) return { kind: 'file', file: streamedFile(path, stats, handle) }
    const file = await readWhole(path, stats, handle)
    this.keep(path, versionOf(stats), file)
    return { kind: 'file', file }
  }

  private keep(path: string, version: string, file: PublicFile): void {
    this.kept.delete(path)
    const oldest = this.kept.keys().next().value
    if (this.kept.size >= MAX_KEPT_FILES && oldest !== undefined) this.kept.delete(oldest)
    this.kept.set(path, { version, file })
  }
}

function versionOf(stats: BigIntStats): string {
  return `${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}-${stats.ino.toString(36)}`
}

/** Tagged by content: the same file has the same tag on every server, and a new release's file never an old tag. */
async function readWhole(path: string, stats: BigIntStats, handle: FileHandle): Promise<PublicFile> {
  const content = await handle.readFile().finally(() => handle.close())
  return {
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
    modifiedMs: Number(stats.mtimeMs),
    size: content.length,
    contentType: contentTypeOf(basename(path)),
    content,
    stream: () => {
      throw new Error('a file in memory is not streamed')
    },
    close: () => Promise.resolve(),
  }
}

/** Tagged by time and size, as reading it all first would make the visitor wait. */
function streamedFile(path: string, stats: BigIntStats, handle: FileHandle): PublicFile {
  return {
    etag: `"${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}"`,
    modifiedMs: Number(stats.mtimeMs),
    size: Number(stats.size),
    contentType: contentTypeOf(basename(path)),
    content: null,
    stream: (first, last) => handle.createReadStream({ start: first, end: last }),
    close: () => handle.close(),
  }
}

function explain(error: unknown): Lookup {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return NONE
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'forbidden', reason: 'the file may not be read' }
  if (code === 'ELOOP') return { kind: 'forbidden', reason: 'the links lead in a circle' }
  throw error
}
