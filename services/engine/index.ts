import type { ClientFunctions, EngineFunctions, LabState } from '../contract/index.ts'

export interface EngineOptions {
  /** The Node that runs the lab's programs. */
  readonly nodePath: string
  /** Folder of the bundled programs (`dns.mjs`, ...). */
  readonly programsDir: string
  /** Folder with `topologies/` and `codebases/`. */
  readonly resourcesDir: string
  /** Where the run registry lives; owner-only. */
  readonly stateDir: string
  /** Where labs get a workspace folder when none is named. */
  readonly workspacesDir: string
  /** False: hosts have no network cards and nothing is recorded, as on systems with one loopback address; to measure what the cards cost. */
  readonly networkCards?: boolean
}

export interface EngineConnection {
  readonly functions: EngineFunctions
  /** Forgets the client: no event and no terminal data is sent to it any more. */
  close(): void
}

export type StartPlan =
  | {
      /** Name of a shipped topology or an opened lab, or the path of a topology file. */
      readonly topology: string | { readonly file: string }
      readonly workspace?: string
    }
  /** A lab that was saved as one file. It gets a workspace of its own, named after it. */
  | { readonly labFile: { readonly name: string; readonly bytes: Uint8Array } }

/** The lab without a window. */
export interface LabEngine {
  /** A client over any channel; several at a time are fine. */
  connect(client: ClientFunctions): EngineConnection
  /** As the command `startLab`, with a topology file or a workspace of the caller's choice. Throws `LabError`. */
  startLab(plan: StartPlan): Promise<LabState>
  /** Stops the lab and everything that the engine owns. Never rejects; done within 5 s. */
  dispose(): Promise<void>
}
