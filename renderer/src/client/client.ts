import type {
  CommandInput,
  CommandName,
  CommandOutput,
  LabEvent,
  Subscription,
} from '../../../services/contract/index.ts'

/** What the window may ask of the engine. The live client speaks over the preload's port, the fake one plays a lab. */
export interface LabClient {
  /** Resolves with the command's answer; rejects with a `LabError` that carries the engine's failure. */
  run<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>>
  /** Resolves with the snapshot; `listener` gets every event after it, in order, with no gap. Called once, by the lab store. */
  subscribe(listener: (events: readonly LabEvent[]) => void): Promise<Subscription>
  /** Terminal bytes of one service go straight to its listener and never through a store. Returns the way to end it. */
  onTerminalData(service: string, listener: (data: string, reset: boolean) => void): () => void
}
