/**
 * Whether the sender's own port can be used on the way in. Two sockets may share an address and port only if both said so
 * (SO_REUSEADDR): HAProxy and Node do, nginx and curl don't. A try that fails costs as much as a connection, so it is
 * learned per sender and port which kind it is.
 */

/** After failures in a row, so many connections go without a try: 1, 3, 7 ... */
const MAX_SKIPPED = 1023
/** Senders are the lab's hosts; whoever comes from ever new addresses does not fill the memory. */
const MAX_SENDERS = 4096

interface Sender {
  failures: number
  skip: number
}

export class SourcePorts {
  private readonly senders = new Map<string, Sender>()

  shouldTry(address: string, portIndex: number): boolean {
    const sender = this.senders.get(`${address} ${portIndex}`)
    if (sender === undefined || sender.skip === 0) return true
    sender.skip -= 1
    return false
  }

  failed(address: string, portIndex: number): void {
    const key = `${address} ${portIndex}`
    const failures = (this.senders.get(key)?.failures ?? 0) + 1
    if (this.senders.size >= MAX_SENDERS) this.senders.clear()
    this.senders.set(key, { failures, skip: Math.min(2 ** Math.min(failures, 10) - 1, MAX_SKIPPED) })
  }

  worked(address: string, portIndex: number): void {
    this.senders.delete(`${address} ${portIndex}`)
  }
}
