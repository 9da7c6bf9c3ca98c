import { stripVTControlCharacters } from 'node:util'
import type { ConnectedLab } from '../../engine/channel/connect-to-lab.ts'
import { withLab, type CommandContext, type LabChoice } from '../context.ts'
import { CliError } from '../failures.ts'

/** Prints what a service has logged; with `follow` its terminal, live, until Ctrl-C or the lab's end. */
export async function logs(
  context: CommandContext,
  service: string,
  options: LabChoice & { readonly follow?: boolean },
): Promise<void> {
  if (options.follow) return followTerminal(context, service, options)
  const { out } = context
  const file = await withLab(context, options, (lab) => lab.run('readServiceFile', { service, file: 'log' }))
  if (out.json)
    out.write(`${JSON.stringify({ service, path: file.path, text: file.text, truncated: file.truncated })}\n`)
  else out.write(plain(file.text, out.isTerminal))
}

async function followTerminal(context: CommandContext, service: string, choice: LabChoice): Promise<void> {
  const { out } = context
  let acknowledge: (chars: number) => void = () => undefined
  const onTerminalData = (_service: string, data: string): void => {
    if (out.json) out.write(`${JSON.stringify({ service, data })}\n`)
    else out.write(plain(data, out.isTerminal))
    acknowledge(data.length)
  }
  const follow = async (lab: ConnectedLab): Promise<void> => {
    acknowledge = (chars) => void lab.run('ackTerminal', { service, chars }).catch(() => undefined)
    await lab.run('attachTerminal', { service })
    await lab.closed
  }
  // Ctrl-C is how a person ends this, so it is no failure.
  await withLab(context, choice, follow, { onTerminalData }).catch((error: unknown) => {
    if (!(error instanceof CliError && error.code === 'INTERRUPTED')) throw error
  })
}

/** Colours and cursor movements are for terminals only. */
function plain(text: string, isTerminal: boolean): string {
  return isTerminal ? text : stripVTControlCharacters(text).replaceAll('\r\n', '\n')
}
