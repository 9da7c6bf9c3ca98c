import { execa } from 'execa'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Capabilities, Engine } from '../../contract/index.ts'

/** Real programs that can play a role, where the machine has them. */

/** Debian keeps servers out of an ordinary user's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']
const VERSION_LIMIT_MS = 3000

/** The path of a real engine, or null where it is not installed. */
export function findEngineFile(engine: Exclude<Engine, 'builtin'>): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS].filter((folder) => folder !== '')
  const candidates = folders.map((folder) => join(folder, engine))
  return candidates.find((path) => isExecutable(path)) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

let found: Promise<Capabilities['engines']> | null = null

/** Asked once: installing one while the lab runs takes a restart of Hoplab. */
export function findEngines(): Promise<Capabilities['engines']> {
  found ??= askVersions()
  return found
}

async function askVersions(): Promise<Capabilities['engines']> {
  const builtin = { engine: 'builtin' as const, version: process.version }
  const file = findEngineFile('haproxy')
  if (file === null) return [builtin]
  const { stdout } = await execa(file, ['-v'], { reject: false, timeout: VERSION_LIMIT_MS, stdin: 'ignore' })
  const version = /version (\S+)/.exec(stdout)?.[1]
  return version === undefined ? [builtin] : [builtin, { engine: 'haproxy', version }]
}
