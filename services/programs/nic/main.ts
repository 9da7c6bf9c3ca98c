import { readFile } from 'node:fs/promises'
import { readNicConfig, type NicConfig } from '../../protocols/nic/config.ts'
import { NicFormatError } from '../../protocols/nic/fields.ts'
import { ProgramError, runProgram } from '../kit/program.ts'
import { sendReport, takeCommands } from './control.ts'
import { Nic } from './nic.ts'

await runProgram({
  name: 'nic',
  summary: 'the network cards of all hosts of a lab: passes, records and holds what goes in and out',
  example: 'nic --config nic.json',
  options: {
    config: { type: 'string', value: 'FILE', required: true, help: 'hosts, ports and recording, as JSON' },
    check: { type: 'boolean', help: 'only check the file; exit code 78 when something is wrong with it' },
  },
  async start({ options, log }) {
    const file = options.text('config')
    const config = await readConfig(file)
    if (options.flag('check')) {
      process.stdout.write(`${file}: the configuration is valid\n`)
      return null
    }
    const nic = new Nic(config, log, sendReport)
    takeCommands(
      log,
      (command) => nic.handle(command),
      () => {
        // Whoever started this is gone: nobody is left to say anything to.
        nic.stop()
        process.exit(0)
      },
    )
    await nic.start()
    const stop = (): Promise<void> => Promise.resolve(nic.stop())
    return { listening: `${config.ports.length} ports of ${config.hosts.length} hosts`, stop }
  },
})

async function readConfig(file: string): Promise<NicConfig> {
  try {
    return readNicConfig(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof NicFormatError) throw new ProgramError(`${file}: ${error.message}.`)
    if (error instanceof SyntaxError) throw new ProgramError(`${file}: is no JSON: ${error.message}.`)
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new ProgramError(`${file}: there is no such file.`)
    throw error
  }
}
