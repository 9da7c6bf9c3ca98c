import { contextBridge, ipcRenderer } from 'electron'
import type { ShellBridge, ShellMessage, ShellNotice } from '../../services/contract/shell.ts'
import { CHANNELS } from '../main/channels.ts'

/** The page's window. Preload code is checked without the DOM's types, as all code is that is no page. */
declare const window: {
  readonly location: { readonly origin: string }
  postMessage(message: ShellMessage, origin: string, ports: readonly unknown[]): void
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

function postToPage(message: ShellMessage, ports: readonly unknown[]): void {
  window.postMessage(message, window.location.origin, ports)
}
