import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Platform } from './platform.ts'
import { posix, supported } from './posix.ts'

/** One column of ps(1) for one process; null when there is none. */
async function ask(pid: number, column: string): Promise<string | null> {
  const { execa } = await import('execa')
  const { stdout, exitCode } = await execa('ps', ['-o', `${column}=`, '-p', String(pid)], {
    reject: false,
    stdin: 'ignore',
  })
  const text = stdout.trim()
  return exitCode === 0 && text !== '' ? text : null
}

const support = (env: NodeJS.ProcessEnv): string =>
  join(env['HOME'] || homedir(), 'Library', 'Application Support', 'Hoplab')

export const darwin: Platform = {
  ...posix,
  capabilities: {
    freeze: supported,
    resume: supported,
    // SO_REUSEPORT of macOS sends everything to one of the two.
    sharePort: { supported: false, reason: 'macOS does not share new connections between two listening processes.' },
  },
  addressPlan: 'single-address',
  startTime: (pid) => ask(pid, 'lstart'),
  isAlive: async (pid, startTime) =>
    (await ask(pid, 'lstart')) === startTime && !(await ask(pid, 'stat'))?.startsWith('Z'),
  async memoryBytes(pid) {
    const kilobytes = Number(await ask(pid, 'rss'))
    return kilobytes > 0 ? kilobytes * 1024 : null
  },
  stateFolder: support,
  workspacesFolder: (env) => join(support(env), 'Workspaces'),
}
