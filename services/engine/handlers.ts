import type { CommandInput, CommandName, CommandOutput } from '../contract/index.ts'
import type { Engine } from './create-engine.ts'

/** What carries out the commands of one subject; `Inputs` are the schemas of their inputs, by command. */
export type HandlersOf<Inputs> = {
  readonly [Name in keyof Inputs & CommandName]: (
    engine: Engine,
    input: CommandInput<Name>,
  ) => CommandOutput<Name> | Promise<CommandOutput<Name>>
}
