import { rm, symlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Platform } from './platform.ts'

const noFreeze = { supported: false, reason: 'Windows has no signal that holds a process. Use Stop or Kill instead.' }

const noShare = { supported: false, reason: 'Windows lets no two processes listen on the same port.' }

/** A figure of one process by PowerShell; null when there is none. The pid is a number, so nothing can be injected. */
async function ask(pid: number, property: string): Promise<string | null> {
  const command = `(Get-Process -Id ${Math.trunc(pid)} -ErrorAction Stop).${property}`
  const { execa } = await import('execa')
  const { stdout, exitCode } = await execa('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command], {
    reject: false,
    stdin: 'ignore',
  })
  const text = stdout.trim()
  return exitCode === 0 && text !== '' ? text : null
}

function taskkill(pid: number): void {
  // A process that is gone already is no error, and nobody waits for the answer: the pseudo-terminal reports the exit.
  import('execa')
    .then(({ execa }) =>
      execa('taskkill', ['/PID', String(Math.trunc(pid)), '/T', '/F'], { reject: false, stdin: 'ignore' }),
    )
    .catch(() => undefined)
}

const local = (env: NodeJS.ProcessEnv): string =>
  join(env['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local'), 'Hoplab')

export const win32: Platform = {
  capabilities: { freeze: noFreeze, resume: noFreeze, sharePort: noShare },
  addressPlan: 'loopback-range',
  // No HAProxy runs there.
  reload: () => undefined,
  freeze: () => undefined,
  resume: () => undefined,
  // Windows has no SIGTERM for a process without a window; its data is safe all the same (SQLite's write-ahead log).
  terminate: taskkill,
  handOver: taskkill,
  killTree: taskkill,
  killOrphans: () => undefined,
  startTime: (pid) => ask(pid, 'StartTime.Ticks'),
  isAlive: async (pid, startTime) => (await ask(pid, 'StartTime.Ticks')) === startTime,
  async memoryBytes(pid) {
    const bytes = Number(await ask(pid, 'WorkingSet64'))
    return bytes > 0 ? bytes : null
  },
  stateFolder: (env) => join(local(env), 'State'),
  workspacesFolder: (env) => join(local(env), 'Workspaces'),
  controlEndpoint: (runId) => `\\\\.\\pipe\\hoplab-${runId}`,
  async switchCurrent(codebaseFolder, release) {
    // A junction needs no administrator rights; it cannot be renamed over another one.
    const current = join(codebaseFolder, 'current')
    await rm(current, { recursive: false, force: true })
    await symlink(join(codebaseFolder, 'releases', release), current, 'junction')
  },
}
