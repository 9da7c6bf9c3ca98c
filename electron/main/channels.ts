/** The channels between main process and preload. */
export const CHANNELS = {
  /** From the page: it wants a port to the engine. */
  wantPort: 'hoplab:want-engine-port',
  /** To the page: the port. */
  port: 'hoplab:engine-port',
  /** To the page: a `ShellNotice`. */
  notice: 'hoplab:notice',
  /** From the page: it has been told that the app is quitting, and has painted. */
  quittingShown: 'hoplab:quitting-shown',
} as const
