import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Folders that Debian keeps out of an ordinary user's PATH (haproxy, nginx and dnsmasq live there). */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin']

/** The path of a program of the system, or null where it is not installed. */
export function findProgram(name: string, path: string = process.env['PATH'] ?? ''): string | null {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), ...SYSTEM_FOLDERS]
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
