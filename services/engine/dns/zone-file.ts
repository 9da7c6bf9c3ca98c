import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { readFile, stat } from 'node:fs/promises'
import { LabError, type StaleAnswer, type ZoneReading, type ZoneView } from '../../contract/index.ts'
import {
  encodeQuery,
  examineZone,
  listRecords,
  matchResponse,
  ZoneEditError,
  zoneSerial,
  withSerial,
} from '../../protocols/dns/index.ts'
import type { PlannedOf } from '../plan/lab-plan.ts'
import { replaceFile } from '../workspace/replace-file.ts'
import { ZoneHistory } from './zone-history.ts'

/** How long a DNS server may take to serve a file that was saved: it looks at it after a tenth of a second. */
const RELOAD_MS = 5000
const ASK_AGAIN_MS = 25
const SERIALS = 2 ** 32

export interface ZoneFileParts {
  readonly dns: PlannedOf<'dns'>
  readonly path: string
  readonly zone: string
  /** Whether its DNS server runs now. */
  serves(): boolean
}

/** Reads a text as the DNS server would. */
export function readZone(text: string): ZoneReading {
  const { problems, warnings } = examineZone(text)
  return { rows: listRecords(text), problems, warnings, serial: zoneSerial(text) }
}

/** The file of one zone: read, and changed so that its DNS server serves it. */
export class ZoneFile {
  private readonly parts: ZoneFileParts
  private history: ZoneHistory | null = null
  private known = ''

  constructor(parts: ZoneFileParts) {
    this.parts = parts
  }

  get service(): string {
    return this.parts.dns.id
  }

  get path(): string {
    return this.parts.path
  }

  /** The text as it is now, whoever wrote it. Throws `FILE_UNREADABLE`. */
  async text(): Promise<string> {
    const { path } = this.parts
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new LabError('FILE_UNREADABLE', { path, detail: error instanceof Error ? error.message : String(error) })
    })
    if (text !== this.known) {
      const savedAtMs = this.history === null ? 0 : (await stat(path)).mtimeMs
      this.note(text, Math.min(Date.now(), Math.round(savedAtMs)))
    }
    return text
  }

  async view(): Promise<ZoneView> {
    const text = await this.text()
    const { service, path } = this
    return {
      ...readZone(text),
      service,
      zone: this.parts.zone,
      path,
      text,
      changedAtMs: this.history?.changedAtMs ?? null,
    }
  }

  /** As `ZoneHistory.stale`, as far as this file was looked at. */
  stale(name: string, type: string, data: readonly string[], atMs: number): StaleAnswer | null {
    return this.history?.stale(name, type, data, atMs) ?? null
  }

  /**
   * The text that another one becomes when it follows the present one: with a serial of its own, so that everybody
   * notices the change. Throws `ZONE_INVALID`, with the first mistake.
   */
  async successor(text: string): Promise<string> {
    this.requireValid(text)
    const before = zoneSerial(await this.text()) ?? 0
    const serial = zoneSerial(text) ?? 0
    return isLater(serial, before) ? text : withSerial(text, (before + 1) % SERIALS)
  }

  /** Writes it; resolves when the DNS server serves it, or will at its next start. */
  async write(text: string): Promise<void> {
    const { path } = this.parts
    try {
      await replaceFile(path, text)
    } catch (error) {
      throw new LabError('EXPORT_FAILED', { path, detail: error instanceof Error ? error.message : String(error) })
    }
    this.note(text, Date.now())
    await this.untilServed(zoneSerial(text))
  }

  /** Makes a change of the text, with its mistakes told as `ZONE_INVALID`. */
  changed(change: () => string): string {
    try {
      return change()
    } catch (error) {
      if (!(error instanceof ZoneEditError)) throw error
      return this.refuse(error.problems)
    }
  }

  private requireValid(text: string): void {
    const { problems } = examineZone(text)
    if (problems.length > 0) this.refuse(problems)
  }

  private refuse(problems: readonly { readonly line: number; readonly sentence: string }[]): never {
    const [first] = problems
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
    const detail = `${first?.sentence ?? ''}${more}`
    throw new LabError('ZONE_INVALID', { file: this.path, line: first?.line ?? 1, detail })
  }

  private note(text: string, atMs: number): void {
    this.known = text
    if (this.history === null) this.history = new ZoneHistory(text)
    else this.history.take(text, atMs)
  }

  private async untilServed(serial: number | null): Promise<void> {
    const deadline = Date.now() + RELOAD_MS
    while (this.parts.serves() && Date.now() < deadline) {
      if ((await this.servedSerial()) === serial) return
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
    }
  }

  /** Asked behind the network card: this is no traffic of the lab. */
  private servedSerial(): Promise<number | null> {
    const { listenAddress, port } = this.parts.dns
    const query = encodeQuery({ id: randomInt(65_536), name: this.parts.zone, type: 'SOA' })
    return new Promise((resolve) => {
      const socket = createSocket('udp4')
      const timer = setTimeout(() => end(null), 1000)
      const end = (serial: number | null): void => {
        clearTimeout(timer)
        socket.removeAllListeners()
        socket.on('error', () => undefined)
        socket.close()
        resolve(serial)
      }
      socket.once('error', () => end(null))
      socket.once('message', (bytes) => end(serialIn(bytes, query)))
      socket.connect(port, listenAddress, () => socket.send(query))
    })
  }
}

function serialIn(bytes: Buffer, query: Buffer): number | null {
  try {
    const soa = matchResponse(bytes, query).message.answers.find(({ data }) => data.type === 'SOA')
    return soa?.data.type === 'SOA' ? soa.data.serial : null
  } catch {
    return null
  }
}

/** Serials compare in a circle (RFC 1982). */
function isLater(serial: number, before: number): boolean {
  const ahead = (serial - before + SERIALS) % SERIALS
  return ahead !== 0 && ahead < SERIALS / 2
}
