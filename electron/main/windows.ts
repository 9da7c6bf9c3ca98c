import { app, BrowserWindow, nativeTheme, screen } from 'electron'
import type { ShellNotice } from '../../services/contract/shell.ts'
import { APP_PAGE } from './app-url.ts'
import { CHANNELS } from './channels.ts'
import { MIN_HEIGHT, MIN_WIDTH, placeWindow } from './window-bounds.ts'
import { readWindowMemory, writeWindowMemory } from './window-memory.ts'

/** Shown until the page's own first paint: the two themes' backgrounds. */
const BACKGROUND = { light: '#ffffff', dark: '#16181d' }
/** A page that crashes again within this time is left alone, else it would crash in a circle. */
const RELOAD_INTERVAL_MS = 30_000

/** Opens a window of the lab. Several may be open: all see the same lab. */
export function openWindow(preload: string): BrowserWindow {
  const memory = readWindowMemory()
  const displays = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea)
  const window = new BrowserWindow({
    ...placeWindow(memory, displays, BrowserWindow.getAllWindows().length),
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    show: false,
    title: app.name,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  if (memory?.isMaximized) window.maximize()
  window.setMenuBarVisibility(false)
  window.once('ready-to-show', () => window.show())
  window.on('close', () => writeWindowMemory({ ...window.getNormalBounds(), isMaximized: window.isMaximized() }))
  reloadAfterCrash(window)
  void window.loadURL(APP_PAGE)
  return window
}

/** Brings a window to the front; false when there is none. */
export function focusAnyWindow(): boolean {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0]
  if (window === undefined) return false
  if (window.isMinimized()) window.restore()
  window.focus()
  return true
}

export function tellWindows(notice: ShellNotice): void {
  for (const { webContents } of BrowserWindow.getAllWindows())
    if (!webContents.isDestroyed()) webContents.send(CHANNELS.notice, notice)
}

/** The lab lives in another process: a page that crashed comes back and finds it as it was. */
function reloadAfterCrash(window: BrowserWindow): void {
  let lastMs = -Infinity
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    const now = performance.now()
    if (reason === 'clean-exit' || now - lastMs < RELOAD_INTERVAL_MS) return
    lastMs = now
    window.webContents.reload()
  })
}
