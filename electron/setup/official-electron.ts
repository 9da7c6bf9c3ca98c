import { spawn } from 'node:child_process'
import { lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkTarget, type ElectronPlace } from './electron-files.ts'
import { folderBytes, folderMegabytes } from './folder-size.ts'

/** Electron's own download, done by the install script of the npm package `electron`, which verifies checksums. */

/** A download of which no byte arrives for so long is given up. A slow line is no reason to give up. */
const SILENCE_LIMIT_MS = 20_000
const LOOK_EVERY_MS = 500
const REPORT_EVERY_MS = 5_000

export type OfficialResult = { readonly installed: true } | { readonly installed: false; readonly why: string }

export interface OfficialOptions {
  readonly note: (text: string) => void
  readonly silenceLimitMs?: number
  /** The script that downloads; the package's own one unless a test brings another. */
  readonly script?: string
}

/** Runs the official download to its end; a failure is a value, since there may be another way. */
export async function installOfficial(place: ElectronPlace, options: OfficialOptions): Promise<OfficialResult> {
  clearDist(place)
  // The script downloads into the temporary folder, then unpacks: both show that bytes still come.
  const temporary = mkdtempSync(join(tmpdir(), 'hoplab-electron-'))
  try {
    return await runDownload(place, temporary, options)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** A link of the fallback must go first, or the download would be unpacked into the cache behind it. */
function clearDist(place: ElectronPlace): void {
  if (linkTarget(place.dist) !== null) rmSync(place.dist)
  else if (lstatSync(place.dist, { throwIfNoEntry: false })) rmSync(place.dist, { recursive: true })
}

function runDownload(place: ElectronPlace, temporary: string, options: OfficialOptions): Promise<OfficialResult> {
  const silenceLimitMs = options.silenceLimitMs ?? SILENCE_LIMIT_MS
  const child = spawn(process.execPath, [options.script ?? join(place.packageFolder, 'install.js')], {
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary, ELECTRON_GET_NO_PROGRESS: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  let bytes = 0
  let grewAtMs = Date.now()
  let reportedAtMs = Date.now()
  let silent = false
  const look = setInterval(() => {
    const now = Date.now()
    const bytesNow = folderBytes(temporary) + folderBytes(place.dist)
    if (bytesNow !== bytes) grewAtMs = now
    bytes = bytesNow
    if (now - reportedAtMs >= REPORT_EVERY_MS) {
      reportedAtMs = now
      options.note(`official download, ${folderMegabytes(temporary)} MB so far`)
    }
    if (now - grewAtMs < silenceLimitMs) return
    silent = true
    child.kill('SIGKILL')
  }, LOOK_EVERY_MS)
  return new Promise((resolve) => {
    const end = (result: OfficialResult): void => {
      clearInterval(look)
      resolve(result)
    }
    child.once('error', (error) => end({ installed: false, why: error.message }))
    child.once('close', (code) => {
      if (code === 0) end({ installed: true })
      else if (silent) end({ installed: false, why: `nothing arrived for ${silenceLimitMs / 1000} s` })
      else end({ installed: false, why: reasonOf(complaint) })
    })
  })
}

/** The reason in the stack trace that the script prints: its first line and, for the network, the cause's. */
export function reasonOf(complaint: string): string {
  const first = complaint.split('\n').find((line) => line.trim() !== '')
  const cause = /\[cause\]: (?:\w*Error: )?(.+)/.exec(complaint)?.[1]
  const text = (first ?? 'no reason was given').trim().replace(/^\w*Error: /, '')
  return cause === undefined ? text : `${text}, ${cause}`
}
