import { app, BrowserWindow, powerMonitor } from 'electron'
import type { EngineHost } from './engine-host.ts'
import { tellWindows } from './windows.ts'

/** Everything must be over 5 s after the person chose to quit; the last half second is for the windows and Electron. */
const ENGINE_LIMIT_MS = 4500

/**
 * Electron does not wait for promises when it quits: the first attempt is held back, the windows show that the lab is
 * stopping, and the app ends when it has stopped.
 */
export function stopBeforeQuitting(engine: EngineHost): void {
  let stopping: Promise<void> | null = null

  async function stop(): Promise<void> {
    tellWindows({ type: 'quitting' })
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
