import { contextBridge, ipcRenderer } from 'electron'
import type { ShellBridge, ShellMessage, ShellNotice } from '../../services/contract/shell.ts'
import { CHANNELS } from '../main/channels.ts'

/** The page's window. Preload code is checked without the DOM's types, as all code is that is no page. */
declare const window: {
  readonly location: { readonly origin: string }
  postMessage(message: ShellMessage, origin: string, ports: readonly unknown[]): void
  addEventListener(
    type: 'message',
    listener: (event: { readonly source: unknown; readonly data: unknown }) => void,
  ): void
  requestAnimationFrame(callback: () => void): void
}

/** The page gets a way to ask for the engine's port, the port itself, and the shell's notices; nothing else. */

const bridge: ShellBridge = {
  platform: process.platform,
  requestEnginePort: () => ipcRenderer.send(CHANNELS.wantPort),
}
contextBridge.exposeInMainWorld('hoplab', bridge)

// A port cannot pass through contextBridge; posting to the page's own window can carry it.
ipcRenderer.on(CHANNELS.port, ({ ports }) => postToPage({ hoplab: 'engine-port' }, ports))
ipcRenderer.on(CHANNELS.notice, (_event, notice: ShellNotice) => postToPage({ hoplab: 'notice', notice }, []))

// What is posted is heard here as well, after what was posted before: by the next frame the page has taken it in.
window.addEventListener('message', ({ source, data }) => {
  const message = data as ShellMessage | null
  if (source !== window || message?.hoplab !== 'notice' || message.notice.type !== 'quitting') return
  window.requestAnimationFrame(() => ipcRenderer.send(CHANNELS.quittingShown))
})

function postToPage(message: ShellMessage, ports: readonly unknown[]): void {
  window.postMessage(message, window.location.origin, ports)
}
