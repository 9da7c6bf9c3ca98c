import { CommanderError } from 'commander'
import type { World } from './context.ts'
import { describeFailure, EXIT } from './failures.ts'
import { Interrupt } from './interrupt.ts'
import type { Keyboard } from './keys.ts'
import { Output, type OutputOptions } from './output.ts'
import { createProgram } from './program.ts'

export interface CliStreams extends Omit<OutputOptions, 'json'> {
  /** Stands in for Ctrl-C in tests. */
  readonly interrupt?: Interrupt
  /** Read only when it is a terminal's. */
  readonly stdin?: Keyboard
}

/** Runs one command line and resolves with the exit code. Never rejects: what goes wrong is printed. */
export async function runCli(args: readonly string[], world: World, streams: CliStreams): Promise<number> {
  // Known before parsing, since mistakes in the command line are reported in the wanted form too.
  const out = new Output({ ...streams, json: args.includes('--json') })
  const interrupt = streams.interrupt ?? new Interrupt()
  const keyboard = streams.stdin?.isTTY === true && out.isTerminal ? streams.stdin : null
  const program = createProgram(() => ({ world, out, interrupt, keyboard }), streams.stdout)
  try {
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync([...args], { from: 'user' })
    return EXIT.done
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
    const failure = describeFailure(error)
    out.fail(failure)
    return failure.exitCode
  } finally {
    interrupt.dispose()
  }
}
