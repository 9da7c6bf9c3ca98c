import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { z } from 'zod'
import { replaceFile } from './replace-file.ts'

const ledgerSchema = z.record(z.string(), z.string())

/**
 * Files that the lab writes and a person may edit. A file that was edited is never overwritten: the ledger remembers
 * what the lab wrote last (SHA-256), and a file that differs belongs to the person.
 */
export class ManagedFiles {
  private readonly root: string
  private readonly ledgerPath: string
  private writing: Promise<unknown> = Promise.resolve()
  private ledger: Record<string, string> | null = null

  constructor(root: string, ledgerPath: string) {
    this.root = root
    this.ledgerPath = ledgerPath
  }

  /** Writes `text` unless the person edited the file. Returns whether the file holds `text` now. */
  write(path: string, text: string): Promise<boolean> {
    // One after the other: all of them share the ledger.
    const done = this.writing.then(() => this.writeNow(path, text))
    this.writing = done.catch(() => undefined)
    return done
  }

  private async writeNow(path: string, text: string): Promise<boolean> {
    const ledger = await this.readLedger()
    const key = relative(this.root, path)
    const present = await readFile(path, 'utf8').catch(() => null)
    if (present === text) return true
    if (present !== null && ledger[key] !== digest(present)) return false
    await replaceFile(path, text)
    ledger[key] = digest(text)
    await replaceFile(this.ledgerPath, JSON.stringify(ledger, null, 2))
    return true
  }

  private async readLedger(): Promise<Record<string, string>> {
    this.ledger ??= await readFile(this.ledgerPath, 'utf8')
      .then((text) => ledgerSchema.parse(JSON.parse(text)))
      .catch(() => ({}))
    return this.ledger
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
