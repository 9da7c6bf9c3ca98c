import type { EngineOptions } from '../../services/engine/index.ts'

/** What the shell and the engine's process tell each other. A window's port travels beside `connect`. */
export type ToEngine =
  | { readonly type: 'start'; readonly options: EngineOptions }
  | { readonly type: 'connect' }
  /** Stop the lab and end. */
  | { readonly type: 'dispose' }
