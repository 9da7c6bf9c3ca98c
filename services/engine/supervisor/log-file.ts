import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

/** A log file grows to this size, then moves to `<name>.1` and starts anew: a flood must not fill a school's disk. */
const LARGEST_LOG_BYTES = 16 * 1024 * 1024
/** More than this waiting to be written means that the disk is slower than the process. */
const SLOW_DISK_BYTES = 8 * 1024 * 1024

/** The log of one service as a plain file, without colours. */
export class LogFile {
  private stream: WriteStream
  private bytes: number
  private readonly path: string

  constructor(path: string) {
    this.path = path
    this.bytes = sizeOf(path)
    this.stream = open(path)
  }

  /** Returns false when the disk cannot keep up; `onDrain` is called when it can again. */
  write(text: string, onDrain: () => void): boolean {
    const plain = stripVTControlCharacters(text).replaceAll('\r\n', '\n')
    this.bytes += plain.length
    this.stream.write(plain)
    if (this.bytes > LARGEST_LOG_BYTES) this.rotate()
    if (this.stream.writableLength < SLOW_DISK_BYTES) return true
    this.stream.once('drain', onDrain)
    return false
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.stream.end(() => resolve()))
  }

  private rotate(): void {
    this.stream.end()
    renameSync(this.path, `${this.path}.1`)
    this.stream = open(this.path)
    this.bytes = 0
  }
}

function open(path: string): WriteStream {
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  // A full disk costs the log, not the lab.
  stream.on('error', () => undefined)
  return stream
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
