import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Wireshark's engine on the command line, told of the lab's ports and to check checksums. */

const run = promisify(execFile)
const MAX_OUTPUT = 256 * 1024 * 1024

/** The lab's ports are not those that the protocols usually have. */
const PORTS = [
  'udp.port==8053,dns',
  'tcp.port==8053,dns',
  'tcp.port==8080,http',
  'tcp.port==3000,http',
  'tcp.port==8090,http',
]
const CHECKSUMS = ['ip.check_checksum:TRUE', 'tcp.check_checksum:TRUE', 'udp.check_checksum:TRUE']

export async function tshark(file: string, args: readonly string[]): Promise<string> {
  const options = [...PORTS.flatMap((port) => ['-d', port]), ...CHECKSUMS.flatMap((option) => ['-o', option])]
  const { stdout } = await run('tshark', ['-r', file, '-n', ...options, ...args], { maxBuffer: MAX_OUTPUT })
  return stdout
}

/** One list of values per packet that passes the filter. `twice`: with what later packets tell of earlier ones. */
export async function fields(
  file: string,
  filter: string,
  names: readonly string[],
  twice = false,
): Promise<string[][]> {
  const passes = twice ? ['-2'] : []
  const output = await tshark(file, [...passes, '-Y', filter, '-T', 'fields', ...names.flatMap((name) => ['-e', name])])
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
}
