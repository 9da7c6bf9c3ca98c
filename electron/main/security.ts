import {
  app,
  protocol,
  session,
  type ProtocolRequest,
  type ProtocolResponse,
  type Session,
  type WebContents,
} from 'electron'
import { readFile } from 'node:fs/promises'
import { LAB_FILE_ENDING } from '../../services/contract/saving.ts'
import { APP_SCHEME, appFile, contentType, isAppUrl, isLabFile } from './app-url.ts'

/**
 * Nothing from anywhere else is loaded or run. Styles may be inline because the topology and the panels are placed by
 * style attributes. A preview of an answer is an `about:srcdoc` frame: it inherits this policy, so its styles show and
 * its scripts do not run.
 */
const CONTENT_SECURITY_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self' 'unsafe-inline'`,
  `img-src 'self' data:`,
  `font-src 'self'`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
}

const NOTHING = Buffer.alloc(0)

/** Before the app is ready: gives app:// pages an origin like that of https pages. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/**
 * Serves the built user interface under `app://hoplab/`. By the older of Electron's two ways: `protocol.handle` speaks in
 * the objects of Node's built-in fetch, and loading that takes 90 ms of the main process before the page's first byte.
 */
export function serveRenderer(folder: string): void {
  protocol.registerBufferProtocol(APP_SCHEME, (request, answer) => void respond(folder, request).then(answer))
}

async function respond(folder: string, { method, url }: ProtocolRequest): Promise<ProtocolResponse> {
  if (method !== 'GET' && method !== 'HEAD') return { statusCode: 405, headers: HEADERS, data: NOTHING }
  const file = appFile(folder, url)
  const data = file && (await readFile(file).catch(() => null))
  if (!file || !data) return { statusCode: 404, headers: HEADERS, data: Buffer.from('Not found') }
  return { headers: { ...HEADERS, 'Content-Type': contentType(file) }, data: method === 'HEAD' ? NOTHING : data }
}

/** Takes from every page what Hoplab's own ones do not need. */
export function forbidEverythingElse(): void {
  forbidInSession(session.defaultSession)
  app.on('web-contents-created', (_event, contents) => forbidInContents(contents))
}

function forbidInSession(shared: Session): void {
  // Copying from a terminal is the only thing that a page may ask for.
  const isAllowed = (permission: string, url: string): boolean =>
    permission === 'clipboard-sanitized-write' && isAppUrl(url)
  shared.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(isAllowed(permission, details.requestingUrl)),
  )
  shared.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, origin))
  shared.setDevicePermissionHandler(() => false)
  // Classrooms are offline, and content from elsewhere would meet an old Chromium: no request leaves the app.
  shared.webRequest.onBeforeRequest(
    { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*'] },
    (_details, answer) => answer({ cancel: true }),
  )
  // A lab that is saved as a file is the only thing that a page may offer; the system's dialog asks where it goes.
  shared.on('will-download', (event, item) => {
    if (!isLabFile(item.getURL(), item.getFilename())) event.preventDefault()
    else item.setSaveDialogOptions({ filters: [{ name: 'Hoplab', extensions: [LAB_FILE_ENDING.slice(1)] }] })
  })
  // The spelling checker would fetch its dictionaries from the network.
  shared.setSpellCheckerEnabled(false)
}

function forbidInContents(contents: WebContents): void {
  // Links in a preview lead nowhere either; giving a frame its text (srcdoc) is no navigation of this kind.
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}
