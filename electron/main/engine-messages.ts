/** What the shell and the engine's process tell each other. A window's port travels beside `connect`. */
export type ToEngine =
  /** `root` is the folder with programs, resources and the pinned Node. */
  | { readonly type: 'start'; readonly root: string }
  | { readonly type: 'connect' }
  /** Stop the lab and end. */
  | { readonly type: 'dispose' }
