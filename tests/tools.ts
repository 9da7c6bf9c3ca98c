import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { it } from 'vitest'

/** Programs of the system that some tests measure against: dig, haproxy, tshark ... They come by `npm test`. */

/** Folders that Debian keeps out of an ordinary user's PATH (haproxy, nginx and dnsmasq live there). */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/local/sbin']

/** The path of a tool, or null where it is not installed. */
export function findTool(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS]
  for (const folder of folders) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      continue
    }
  }
  return null
}

/** A test that needs tools of the system. Where one is missing it is reported as skipped, with the reason; under CI it fails. */
export function itWith(tools: readonly string[], name: string, test: () => Promise<void>): void {
  const missing = tools.filter((tool) => findTool(tool) === null)
  if (missing.length === 0) return it(name, test)
  const reason = `not installed: ${missing.join(', ')}`
  if (process.env['CI']) {
    return it(name, () => {
      throw new Error(`CI must not skip a test: ${reason}`)
    })
  }
  it.skip(`${name} [skipped, ${reason}]`, test)
}
