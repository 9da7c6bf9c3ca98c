import { extname, join, normalize, sep } from 'node:path'
import { LAB_FILE_ENDING } from '../../services/contract/saving.ts'

/** The one origin that the window's pages have. */
export const APP_SCHEME = 'app'
export const APP_HOST = 'hoplab'
export const APP_PAGE = `${APP_SCHEME}://${APP_HOST}/index.html`

/** Whether a URL belongs to the app's own pages. */
export function isAppUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, port, username, password } = new URL(url)
  return protocol === `${APP_SCHEME}:` && hostname === APP_HOST && port === '' && username === '' && password === ''
}

/** The file that an app URL means, or null where it leaves the folder or is no app URL. */
export function appFile(folder: string, url: string): string | null {
  if (!isAppUrl(url)) return null
  const path = decode(new URL(url).pathname)
  if (path === null || path.includes('\0') || path.includes('\\')) return null
  const file = normalize(join(folder, path === '/' ? 'index.html' : path))
  return file.startsWith(normalize(folder + sep)) ? file : null
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/** With `nosniff`, what has no known ending is nothing that a page could run. */
export function contentType(file: string): string {
  return CONTENT_TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream'
}

/** Whether something that a page offers to save is a lab file that one of our own pages has made. */
export function isLabFile(url: string, name: string): boolean {
  return url.startsWith('blob:') && isAppUrl(url.slice('blob:'.length)) && name.endsWith(LAB_FILE_ENDING)
}
