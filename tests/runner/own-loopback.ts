import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from '../../electron/setup/find-program.ts'

/**
 * A loopback network of its own for a command: every lab uses the same addresses and ports, so tests that run at the
 * same time need one each. Linux network namespaces give it (network_namespaces(7), unshare(1), ip-link(8)).
 */

const run = promisify(execFile)

/** Root may make a network namespace; others get a user namespace around it, where the system allows that. */
const WAYS: readonly (readonly string[])[] = [['--net'], ['--user', '--map-current-user', '--keep-caps', '--net']]

/** A new namespace's loopback device is down. The command is given as arguments: no part of it is read by the shell. */
const LOOPBACK_UP = 'ip link set lo up && exec "$@"'

const PROBE_LIMIT_MS = 10_000

/** Wraps a command so that it runs with a loopback network of its own. */
export type OwnLoopback = (command: readonly string[]) => readonly string[]

/** Returns how it is done on this system, or null where it can't be. */
export async function findOwnLoopback(): Promise<OwnLoopback | null> {
  const unshare = findProgram('unshare')
  if (process.platform !== 'linux' || unshare === null) return null
  for (const way of WAYS) {
    const wrap: OwnLoopback = (command) => [unshare, ...way, '--', 'sh', '-c', LOOPBACK_UP, 'sh', ...command]
    const [program = '', ...args] = wrap(['true'])
    const works = await run(program, args, { timeout: PROBE_LIMIT_MS }).then(
      () => true,
      () => false,
    )
    if (works) return wrap
  }
  return null
}
