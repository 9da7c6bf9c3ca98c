import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where things lie in the project, for scripts that run before anything is installed. */

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The project's own Node: the npm package `node`, which brings the binary. */
export const PINNED_NODE = join(ROOT, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** @returns {{ devDependencies: Record<string, string> }} */
function readManifest() {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
}

/**
 * The exact version that package.json asks for, such as `24.21.0`.
 * @param {string} name
 */
export function pinnedVersion(name) {
  const version = readManifest().devDependencies[name]
  if (version === undefined) throw new Error(`package.json names no version of ${name}`)
  return version
}
