import { Argument, InvalidArgumentError, Option, type Command } from 'commander'
import { FAULT_DIRECTIONS, FAULT_KINDS, type FaultKind } from '../contract/index.ts'
import { addFault, clearAllFaults, clearFault, listFaults, type AddFaultChoice } from './commands/faults.ts'
import type { CommandContext, LabChoice } from './context.ts'

type MakeCommand = (name: string, description: string, sample: string) => Command

/** `lab fault ...`: what is broken on purpose. `command` makes a command of the group. */
export function addFaultCommands(command: MakeCommand, context: () => CommandContext): void {
  command('add', 'break something on purpose, exactly reversibly', 'fault add latency "client>lb-1" --ms 70 --for 30')
    .addArgument(new Argument('<kind>', 'what happens').choices(FAULT_KINDS))
    .argument(
      '<place>',
      'a service (web-1), a host (server-1: its power, or its network card) or a link ("lb-1>web-1")',
    )
    .option('--ms <ms>', 'of slow and latency: how much longer, in ms', figure)
    .option('--jitter <ms>', 'of latency: how much it varies, in ms', figure)
    .option('--mib <n>', 'of memory-limit: how much memory there is, in MiB', figure)
    .option('--failures <k>', 'of error-rate: so many', figure)
    .option('--of <n>', 'of error-rate: of so many requests', figure)
    .option('--address <ip>', 'of dns-wrong-answer: what is answered instead')
    .option('--kib-per-second <n>', 'of bandwidth: how much gets through', figure)
    .option('--count <n>', 'of fail-next: how many fail', figure)
    .option('--percent <p>', 'of loss: how many of a hundred', figure)
    .addOption(
      new Option('--direction <d>', 'forward: to the service or into the host (default: both)').choices(
        FAULT_DIRECTIONS,
      ),
    )
    .option('--for <s>', 'repair it by itself after so many seconds', figure)
    .action((kind: FaultKind, place: string, { jitter, ...options }: AddFaultChoice & { readonly jitter?: number }) =>
      addFault(context(), kind, place, jitter === undefined ? options : { ...options, jitterMs: jitter }),
    )
  command('list', 'show what is set and what it was seen to do', 'fault list').action((options: LabChoice) =>
    listFaults(context(), options),
  )
  command('clear', 'repair one', 'fault clear 1')
    .argument('<number>', 'its number; see "fault list"', (text) => whole(text))
    .action((id: number, options: LabChoice) => clearFault(context(), id, options))
  command('clear-all', 'repair everything, and prove that the lab is as before', 'fault clear-all').action(
    (options: LabChoice) => clearAllFaults(context(), options),
  )
}

function figure(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('It must be a number, 0 or more.')
  return value
}

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.')
  return value
}
