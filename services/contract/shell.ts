/** What the desktop shell and the window's page say to each other. Everything else goes over the engine's port. */

/** What the shell tells its windows. */
export type ShellNotice =
  /** The engine ended unexpectedly and another one is starting: the lab is gone, ask for a new port. */
  | { readonly type: 'engine-restarted'; readonly exitCode: number }
  /** The engine ended unexpectedly too often; no other one is started. */
  | { readonly type: 'engine-gone'; readonly exitCode: number }
  /** The app is about to end; the lab's processes are being stopped. */
  | { readonly type: 'quitting' }

/** What the preload posts into the page's own window; a port travels beside `engine-port`. */
export type ShellMessage =
  { readonly hoplab: 'engine-port' } | { readonly hoplab: 'notice'; readonly notice: ShellNotice }

/** What the preload puts on the page as `window.hoplab`. */
export interface ShellBridge {
  /** `linux`, `win32`, `darwin` ... */
  readonly platform: string
  /** Asks for a port to the engine; it comes as the `ShellMessage` `engine-port`. */
  requestEnginePort(): void
}
