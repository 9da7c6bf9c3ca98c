import type { Log } from '../kit/log.ts'
import type { WireFaults } from './faults/wire-faults.ts'
import type { Holds } from './holds.ts'
import type { Hosts } from './hosts.ts'
import type { Links } from './links.ts'
import type { PeerWatch } from './peer-watch.ts'
import type { Recorder } from './recorder.ts'
import type { SourcePorts } from './source-ports.ts'

/** What all ports and connections of the NIC share. */
export interface NicParts {
  readonly hosts: Hosts
  readonly links: Links
  readonly recorder: Recorder
  readonly holds: Holds
  readonly faults: WireFaults
  readonly peerWatch: PeerWatch
  readonly sourcePorts: SourcePorts
  readonly log: Log
  /** The number of the next connection. */
  nextConnection(): number
}
