import { app, BrowserWindow, ipcMain, powerMonitor } from 'electron'
import { CHANNELS } from './channels.ts'
import type { EngineHost } from './engine-host.ts'
import { tellWindows } from './windows.ts'

/** Everything must be over 5 s after the person chose to quit: first the windows say so, then the lab stops. */
const NOTICE_LIMIT_MS = 800
const ENGINE_LIMIT_MS = 4000

/**
 * Electron does not wait for promises when it quits: the first attempt is held back, the windows show that the lab is
 * stopping, and the app ends when it has stopped.
 */
export function stopBeforeQuitting(engine: EngineHost): void {
  let stopping: Promise<void> | null = null

  async function stop(): Promise<void> {
    await showQuitting()
    await engine.stop(ENGINE_LIMIT_MS)
    app.exit(0)
  }

  app.on('before-quit', (event) => {
    event.preventDefault()
    stopping ??= stop()
  })
  // The last window stays until the lab has stopped, so that the person sees it stop.
  app.on('browser-window-created', (_event, window) => {
    window.on('close', (event) => {
      if (BrowserWindow.getAllWindows().length > 1 && stopping === null) return
      event.preventDefault()
      app.quit()
    })
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
  powerMonitor.on('shutdown', () => app.quit())
}

/** Resolves when every window shows that the app is quitting; a window that is hidden or busy is not waited for long. */
async function showQuitting(): Promise<void> {
  const waiting = new Set(BrowserWindow.getAllWindows().map(({ webContents }) => webContents.id))
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, NOTICE_LIMIT_MS)
    ipcMain.on(CHANNELS.quittingShown, ({ sender }) => {
      waiting.delete(sender.id)
      if (waiting.size > 0) return
      clearTimeout(timer)
      resolve()
    })
    tellWindows({ type: 'quitting' })
  })
}
