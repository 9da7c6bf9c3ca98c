import { ipcMain, type WebFrameMain } from 'electron'
import { isAppUrl } from './app-url.ts'
import type { EngineHost } from './engine-host.ts'
import { CHANNELS } from './channels.ts'

/** Hands a port to the engine to each page of ours that asks for one; anybody else is not answered. */
export function serveEnginePorts(engine: EngineHost): void {
  ipcMain.on(CHANNELS.wantPort, ({ senderFrame }) => {
    if (senderFrame === null || !isOwnMainFrame(senderFrame)) return
    const port = engine.openPort()
    if (port) senderFrame.postMessage(CHANNELS.port, null, [port])
    else senderFrame.send(CHANNELS.notice, engine.absence)
  })
}

function isOwnMainFrame(frame: WebFrameMain): boolean {
  return frame.parent === null && !frame.detached && isAppUrl(frame.url)
}
