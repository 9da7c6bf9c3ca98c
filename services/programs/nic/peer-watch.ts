import { readTcpTable } from './socket-table.ts'
import type { TcpConnection } from './tcp-connection.ts'

/**
 * Looks after held connections that can't tell by themselves that a side is gone: a process that ends closes its sockets
 * as one does that has only said all it wants to say (FIN), and behind a full buffer even a reset stays unseen. The
 * system's list of sockets knows the difference; where there is none (not Linux), the release shows it.
 */

const LOOK_EVERY_MS = 200

export class PeerWatch {
  private readonly connections = new Set<TcpConnection>()
  private timer: NodeJS.Timeout | null = null
  private looking = false

  add(connection: TcpConnection): void {
    this.connections.add(connection)
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS)
    // The process may end in the very moment in which it closes: look at once, too.
    void this.look()
  }

  stop(): void {
    this.connections.clear()
    this.rest()
  }

  private async look(): Promise<void> {
    if (this.looking) return
    this.looking = true
    const table = await readTcpTable()
    this.looking = false
    for (const connection of [...this.connections]) {
      if (connection.gate?.holding !== true) this.connections.delete(connection)
      else if (table !== null) {
        const { client, server } = connection.farEnds
        // A caller gives up when the process is dead, so that comes first. What a process has answered arrives all the
        // same: many close the connection behind their answer.
        if (connection.gate.holdsRequest && !table.has(server)) connection.abandon('server-gone')
        else if (!table.has(client)) connection.abandon('client-gone')
      }
    }
    if (this.connections.size === 0) this.rest()
  }

  private rest(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }
}
