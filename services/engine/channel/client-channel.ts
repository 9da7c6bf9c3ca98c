/**
 * One end of a connection that carries plain data in order: a MessagePort of a window, a control socket, a pair in a
 * test. Whoever speaks the contract knows nothing else of how the bytes travel.
 */
export interface ClientChannel {
  /** Sends plain data. Once the channel is closed it does nothing. */
  post(data: unknown): void
  /** Called for each message that arrives, in order. One listener. */
  on(listener: (data: unknown) => void): void
  /** Called once, also when the channel was closed already. */
  onClose(listener: () => void): void
}
