import { leaveRoomForInput } from './after-paint.ts'
import type { ShellBridge, ShellMessage, ShellNotice } from '../../../services/contract/shell.ts'

/** The window's side of the preload: how a page gets its port to the engine and hears the shell's notices. */

declare global {
  interface Window {
    /** Absent where the page runs outside the app (component tests, the fake client in a browser). */
    readonly hoplab?: ShellBridge
  }
}

/** Whether the page runs in the app, with an engine behind it. */
export function hasShell(): boolean {
  return window.hoplab !== undefined
}

/** A port to the engine that runs now. Rejects when there is none and will be none. */
export function receiveEnginePort(): Promise<MessagePort> {
  const shell = window.hoplab
  if (shell === undefined) return Promise.reject(new Error('This page runs outside the app.'))
  return new Promise((resolve, reject) => {
    const end = onShellMessage((message, ports) => {
      const [port] = ports
      if (message.hoplab === 'engine-port' && port) resolve(port)
      else if (message.hoplab === 'notice' && message.notice.type !== 'engine-restarted')
        reject(new Error(`The shell has no engine: ${message.notice.type}.`))
      else return
      end()
    })
    // The engine starts with the first page that asks, and would take the processor from what is being painted.
    void leaveRoomForInput().then(shell.requestEnginePort)
  })
}

/** The engine crashed and a new one runs: there is no lab any more, the live client connects anew by itself. */
export function onEngineRestarted(listener: (notice: { readonly exitCode: number }) => void): () => void {
  return onNotice('engine-restarted', listener)
}

/** The engine crashed too often and stays away: only a new start of the app helps. */
export function onEngineGone(listener: (notice: { readonly exitCode: number }) => void): () => void {
  return onNotice('engine-gone', listener)
}

/** The app is ending and the lab is being stopped: show it ("Stopping 7 processes..."); the window closes by itself. */
export function onQuitting(listener: () => void): () => void {
  return onNotice('quitting', () => listener())
}

function onNotice<Type extends ShellNotice['type']>(
  type: Type,
  listener: (notice: Extract<ShellNotice, { type: Type }>) => void,
): () => void {
  return onShellMessage((message) => {
    if (message.hoplab === 'notice' && isOfType(message.notice, type)) listener(message.notice)
  })
}

function isOfType<Type extends ShellNotice['type']>(
  notice: ShellNotice,
  type: Type,
): notice is Extract<ShellNotice, { type: Type }> {
  return notice.type === type
}

function onShellMessage(listener: (message: ShellMessage, ports: readonly MessagePort[]) => void): () => void {
  const take = ({ source, data, ports }: MessageEvent): void => {
    // The preload posts to the page's own window; a preview's frame is another one.
    if (source === window && isShellMessage(data)) listener(data, ports)
  }
  window.addEventListener('message', take)
  return () => window.removeEventListener('message', take)
}

function isShellMessage(data: unknown): data is ShellMessage {
  return typeof data === 'object' && data !== null && 'hoplab' in data
}
