import type { Command } from 'commander'
import { deleteSnapshot, listSnapshots, open, restoreSnapshot, save, takeSnapshot } from './commands/saving.ts'
import type { CommandContext, LabChoice } from './context.ts'

type MakeCommand = (name: string, description: string, sample: string) => Command

/** `lab save` and `lab open`: a lab as one file. */
export function addFileCommands(command: MakeCommand, labCommand: MakeCommand, context: () => CommandContext): void {
  labCommand('save', 'save the running lab as one file that opens on another computer', 'save monday.hoplab')
    .argument('<file>', 'where to write it')
    .action((file: string, options: LabChoice) => save(context(), file, options))
  command(
    'open',
    'run the lab of a file until Ctrl-C; its code runs on this computer, so trust who made it',
    'open monday.hoplab',
  )
    .argument('<file>', 'a file that "save" or the window wrote')
    .action((file: string) => open(context(), file))
}

/** `lab snapshot ...`: states of databases and releases to come back to. */
export function addSnapshotCommands(command: MakeCommand, context: () => CommandContext): void {
  command('take', 'keep the databases and releases as they are now', 'snapshot take before-the-lesson')
    .argument('[name]', 'what to call it (default: the time)')
    .action((name: string | undefined, options: LabChoice) => takeSnapshot(context(), name, options))
  command('list', 'show what was kept', 'snapshot list').action((options: LabChoice) =>
    listSnapshots(context(), options),
  )
  command(
    'restore',
    'bring databases and releases back; servers stop for a moment',
    'snapshot restore before-the-lesson',
  )
    .argument('<name>', 'which one; see "snapshot list"')
    .action((name: string, options: LabChoice) => restoreSnapshot(context(), name, options))
  command('delete', 'delete a snapshot', 'snapshot delete before-the-lesson')
    .argument('<name>', 'which one; see "snapshot list"')
    .action((name: string, options: LabChoice) => deleteSnapshot(context(), name, options))
}
