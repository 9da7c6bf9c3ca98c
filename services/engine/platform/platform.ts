/** What differs between operating systems, behind one interface. Only the files of this folder ask which one it is. */

export interface Ability {
  readonly supported: boolean
  /** Why not, for the person; null when it is supported. */
  readonly reason: string | null
}

export interface Platform {
  readonly capabilities: {
    readonly freeze: Ability
    readonly resume: Ability
    /** Two processes can listen on the same address and port, and share what comes in. */
    readonly sharePort: Ability
  }
  /** `loopback-range`: all of 127.0.0.0/8 can be listened on; `single-address`: 127.0.0.1 only. */
  readonly addressPlan: 'loopback-range' | 'single-address'
  /** Holds a process and its children where they are. */
  freeze(pid: number): void
  resume(pid: number): void
  /** Asks the process to end; it may finish what is in flight. */
  terminate(pid: number): void
  /** Tells a process whose address another one serves already to finish what it has, without hurry, and to end. */
  handOver(pid: number): void
  /** Tells HAProxy's master process to read its configuration anew (management guide, section 4). */
  reload(pid: number): void
  /** Ends the process and its children at once. A process that is gone already is no error. */
  killTree(pid: number): void
  /** Ends what a process that has just ended left behind of its own children. */
  killOrphans(pid: number): void
  /** Together with the pid this names a process for good; null when there is none. Compare, don't read. */
  startTime(pid: number): Promise<string | null>
  isAlive(pid: number, startTime: string): Promise<boolean>
  /** Bytes; proportional set size where the system tells it, else resident set size; null when unknown. */
  memoryBytes(pid: number): Promise<number | null>
  /** Owner-only folder for the run registry and the like. */
  stateFolder(env: NodeJS.ProcessEnv): string
  workspacesFolder(env: NodeJS.ProcessEnv): string
  /** Where the control socket of a run listens: a Unix socket or a named pipe. */
  controlEndpoint(runId: string, folder: string): string
  /** Points `current` of a codebase at a release, atomically where the system can. */
  switchCurrent(codebaseFolder: string, release: string): Promise<void>
}
