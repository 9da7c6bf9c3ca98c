/** From the target of a request to the names of a file below the public folder. */

export type FileTarget =
  /** May name a file: the decoded names of folders and file. `folder` when the path ends with a slash. */
  | { readonly kind: 'path'; readonly segments: readonly string[]; readonly folder: boolean }
  /** Cannot name a public file, but may be a path of the application. */
  | { readonly kind: 'none' }
  /** An attempt to leave the folder, or no path at all: 400. */
  | { readonly kind: 'refused'; readonly reason: string }

const NONE: FileTarget = { kind: 'none' }

/** Who encodes a path twice hopes that somebody decodes it twice: so far it is looked into. */
const DECODE_ROUNDS = 3

/**
 * Reads the path of a request target (RFC 9112 section 3.2: origin or absolute form). Refuses what climbs (`..` in any
 * encoding), NUL bytes, backslashes and broken percent-encoding. Hidden files (`.env`, `.git/`) are never public,
 * except `.well-known` (RFC 8615); nor are names that mean something else on Windows (`a:b`, `a.`, `a `).
 */
export function readFileTarget(target: string): FileTarget {
  const path = pathOf(target)
  if (!path.startsWith('/')) return path === '*' ? NONE : refuse('the request names no path')
  const decoded = decode(path)
  if (decoded === null) return refuse('the path holds broken percent-encoding')
  const reason = attackIn(decoded)
  if (reason !== null) return refuse(reason)
  const segments = decoded.slice(1).split('/')
  const folder = segments.at(-1) === ''
  if (folder) segments.pop()
  // An encoded slash would make one segment of the application's path into two of the file system.
  if (/%2f/i.test(path) || !segments.every(isPublicName)) return NONE
  return { kind: 'path', segments, folder }
}

function pathOf(target: string): string {
  const withoutQuery = target.split(/[?#]/, 1)[0] ?? ''
  const absolute = /^https?:\/\/[^/]*(?<path>.*)$/i.exec(withoutQuery)
  return absolute ? absolute.groups?.['path'] || '/' : withoutQuery
}

function refuse(reason: string): FileTarget {
  return { kind: 'refused', reason }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function attackIn(decodedOnce: string): string | null {
  if (decodedOnce.includes('\\')) return 'the path holds a backslash'
  let text = decodedOnce
  for (let round = 0; round < DECODE_ROUNDS; round += 1) {
    if (text.includes('\0')) return 'the path holds a NUL byte'
    if (text.split(/[/\\]/).includes('..')) return 'the path climbs out of its folder'
    const next = decode(text)
    if (next === null || next === text) return null
    text = next
  }
  return null
}

function isPublicName(name: string): boolean {
  if (name === '' || name.includes(':') || /[. ]$/.test(name)) return false
  return !name.startsWith('.') || name === '.well-known'
}
