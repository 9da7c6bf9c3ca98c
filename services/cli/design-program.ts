import { Argument, InvalidArgumentError, Option, type Command } from 'commander'
import { BALANCE_ALGORITHMS, MAX_SERVER_WEIGHT, type BalanceAlgorithm, type BalancePreset } from '../contract/index.ts'
import { balance, resetDesign, scaleAdd, scaleRemove, undoOrRedo, type BalanceChoice } from './commands/design.ts'
import type { CommandContext, LabChoice } from './context.ts'

const PRESETS: Readonly<Record<string, BalancePreset>> = {
  'active-active': 'activeActive',
  'active-passive': 'activePassive',
}

/** The commands that change the design of a running lab. */
export function addDesignCommands(
  labCommand: (name: string, description: string, sample: string) => Command,
  context: () => CommandContext,
): void {
  labCommand('scale', 'add or remove a server pair (web and application server) while the lab runs', 'scale add')
    .addArgument(new Argument('<what>', 'what to do').choices(['add', 'remove']))
    .argument('[host]', 'which one to remove (default: the last)')
    .action((what: 'add' | 'remove', host: string | undefined, options: LabChoice) =>
      what === 'add' ? scaleAdd(context(), options) : scaleRemove(context(), host, options),
    )

  labCommand('balance', 'show or change how requests are shared', 'balance leastconn --weight web-1=3 web-2=1')
    .addArgument(new Argument('[algorithm]', 'who gets the next request').choices(BALANCE_ALGORITHMS))
    .option('--balancer <service>', 'which load balancer (default: the only one)')
    .option('--weight <server=w...>', `the weight of servers, 0 to ${MAX_SERVER_WEIGHT}`, weights)
    .addOption(
      new Option('--preset <name>', 'all servers work, or one works and the others wait')
        .choices(Object.keys(PRESETS))
        .argParser((text) => {
          const preset = PRESETS[text]
          if (preset === undefined)
            throw new InvalidArgumentError(`It must be one of ${Object.keys(PRESETS).join(', ')}.`)
          return preset
        }),
    )
    .option('--backup <server...>', 'servers that wait until no other one is left')
    .option('--active <server...>', 'servers that work')
    .action((algorithm: BalanceAlgorithm | undefined, options: BalanceChoice) => balance(context(), algorithm, options))

  labCommand('undo', 'take back the last change of the design', 'undo').action((options: LabChoice) =>
    undoOrRedo(context(), 'undo', options),
  )
  labCommand('redo', 'do again what was undone last', 'redo').action((options: LabChoice) =>
    undoOrRedo(context(), 'redo', options),
  )
  labCommand('reset', 'return to the design that the lab came with', 'reset').action((options: LabChoice) =>
    resetDesign(context(), options),
  )
}

function weights(text: string, before: BalanceChoice['weight'] = []): BalanceChoice['weight'] {
  const match = /^([^=]+)=(\d{1,3})$/.exec(text)
  const weight = Number(match?.[2])
  if (match?.[1] === undefined || weight > MAX_SERVER_WEIGHT)
    throw new InvalidArgumentError(
      `It must be like web-1=3; a weight is a whole number from 0 to ${MAX_SERVER_WEIGHT}.`,
    )
  return [...before, { server: match[1], weight }]
}
