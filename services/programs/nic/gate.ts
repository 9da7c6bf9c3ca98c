import { HttpDialogue, type HttpMessage } from '../../protocols/nic/http-dialogue.ts'
import type { HoldLostReason } from '../../protocols/nic/messages.ts'
import type { HeldMessage, Holds } from './holds.ts'
import type { Pump } from './pump.ts'
import type { TcpConnection } from './tcp-connection.ts'

/** How many bytes behind a held message are read before the sender has to wait too. */
const MAX_BEHIND_BYTES = 256 * 1024

const NOTHING = Buffer.alloc(0)

/** One direction of a watched connection. */
interface Lane {
  readonly pump: Pump
  /** Bytes that are kept back, from the beginning of a message on. */
  kept: Buffer[]
  keptBytes: number
  /** The record in which they begin. (A request pipelined behind a held one goes by the first one's number.) */
  no: number
  /** Number of the hold, or 0: then `kept` is a head that is not whole yet. */
  holdId: number
  /** Where scanning goes on in what is kept, when it is released. */
  scanFrom: number
  /** The stream ended behind what is kept. */
  ended: boolean
}

/**
 * Stands in both directions of a connection while any trace is held: finds where messages begin and keeps back those of
 * held traces, with everything behind them, the end of the stream included.
 */
export class Gate {
  private readonly connection: TcpConnection
  private readonly holds: Holds
  private readonly dialogue: HttpDialogue
  private readonly inward: Lane
  private readonly outward: Lane

  constructor(connection: TcpConnection, holds: Holds, fromStart: boolean) {
    this.connection = connection
    this.holds = holds
    this.dialogue = new HttpDialogue(fromStart)
    this.inward = newLane(connection.toServer)
    this.outward = newLane(connection.toClient)
  }

  /** Takes bytes that arrived. Returns false to stop reading. */
  take(pump: Pump, chunk: Buffer, no: number): boolean {
    const lane = this.laneOf(pump)
    if (lane.holdId !== 0) {
      keep(lane, chunk)
      if (lane.keptBytes <= MAX_BEHIND_BYTES) return true
      pump.pause()
      this.connection.lookAfterHold()
      return false
    }
    if (lane.keptBytes === 0) {
      lane.no = no
      return this.pass(lane, chunk, 0)
    }
    keep(lane, chunk)
    return this.pass(lane, takeKept(lane), 0)
  }

  /** The stream ended. */
  end(pump: Pump): void {
    const lane = this.laneOf(pump)
    if (lane.holdId !== 0) lane.ended = true
    else if (pump.out && this.holdsRequest) void this.endOrLose(lane)
    else {
      // The head will never be whole; the receiver may say so itself.
      if (lane.keptBytes > 0) pump.forward(takeKept(lane))
      pump.end()
    }
    if (this.holding) this.connection.lookAfterHold()
  }

  /**
   * The process says no more while a request to it is held: it may have closed its half only, or be dead. Who called must
   * not hear of it before that is known, or the request would be lost to somebody who seems to have gone away.
   */
  private async endOrLose(lane: Lane): Promise<void> {
    if (await this.connection.isServerGone()) return this.connection.abandon('server-gone')
    if (lane.keptBytes > 0) lane.pump.forward(takeKept(lane))
    lane.pump.end()
  }

  /** Whether something waits for the process, which must be there when it is released. */
  get holdsRequest(): boolean {
    return this.inward.holdId !== 0
  }

  get holding(): boolean {
    return this.holdsRequest || this.outward.holdId !== 0
  }

  /** Nothing that is kept will arrive any more. */
  lost(reason: HoldLostReason): void {
    for (const lane of [this.inward, this.outward]) {
      if (lane.holdId !== 0) this.holds.lost(lane.holdId, reason)
      lane.holdId = 0
      takeKept(lane)
    }
  }

  /** Nobody holds anything any more: heads that are not whole go on. */
  dissolve(): void {
    for (const lane of [this.inward, this.outward]) {
      if (lane.keptBytes > 0) lane.pump.forward(takeKept(lane))
    }
  }

  /** Sends on what may go, up to a message that is held. */
  private pass(lane: Lane, bytes: Buffer, scanFrom: number): boolean {
    let from = scanFrom
    for (;;) {
      const step = this.dialogue.scan(lane.pump.out ? 'out' : 'in', bytes, from)
      if (step.kind === 'rest') return lane.pump.forward(bytes)
      if (step.kind === 'message' && !this.holds.wants(step.message.traceId)) {
        from = step.headEnd
        continue
      }
      const goOn = step.at > 0 ? lane.pump.forward(bytes.subarray(0, step.at)) : true
      keep(lane, bytes.subarray(step.at))
      if (step.kind === 'message') this.hold(lane, step.message, step.headEnd - step.at)
      return goOn
    }
  }

  private hold(lane: Lane, message: HttpMessage, scanFrom: number): void {
    lane.scanFrom = scanFrom
    lane.holdId = this.holds.add(this.describe(lane, message), { release: () => this.release(lane) })
  }

  private release(lane: Lane): void {
    lane.holdId = 0
    this.pass(lane, takeKept(lane), lane.scanFrom)
    // The next message may be held already: then everything else waits on.
    if (lane.holdId !== 0) return
    if (lane.ended) lane.pump.end()
    else lane.pump.resume()
  }

  private laneOf(pump: Pump): Lane {
    return pump.out ? this.outward : this.inward
  }

  private describe(lane: Lane, message: HttpMessage): HeldMessage {
    const { connection } = this
    const { host, port } = connection.place
    const client = { host: connection.peerHost, address: connection.address, port: connection.peerPort }
    const server = { host: host.id, address: host.outer, port: port.port }
    return {
      traceId: message.traceId ?? '',
      no: lane.no,
      connection: connection.id,
      direction: lane.pump.out ? 'out' : 'in',
      host: host.id,
      service: port.service,
      message: message.kind,
      title: message.title,
      from: lane.pump.out ? server : client,
      to: lane.pump.out ? client : server,
    }
  }
}

function newLane(pump: Pump): Lane {
  return { pump, kept: [], keptBytes: 0, no: 0, holdId: 0, scanFrom: 0, ended: false }
}

/** Keeps a copy: what a chunk came in will be read into again. */
function keep(lane: Lane, bytes: Buffer): void {
  lane.kept.push(Buffer.from(bytes))
  lane.keptBytes += bytes.length
}

function takeKept(lane: Lane): Buffer {
  const bytes = lane.keptBytes === 0 ? NOTHING : Buffer.concat(lane.kept)
  lane.kept = []
  lane.keptBytes = 0
  return bytes
}
