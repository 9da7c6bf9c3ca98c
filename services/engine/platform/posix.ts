import { randomBytes } from 'node:crypto'
import { rename, symlink } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Platform } from './platform.ts'

/** What Linux and macOS share. A service leads its own process group, because it runs in a pseudo-terminal. */

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, with the closing NUL (unix(7)). */
const LONGEST_SOCKET_PATH = 100

/** Sends a signal; a process that is gone already is no error. Returns whether there was somebody to hear it. */
function signal(target: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(target, name)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

const supported = { supported: true, reason: null }

export const posix: Omit<Platform, 'addressPlan' | 'startTime' | 'isAlive' | 'memoryBytes' | 'stateFolder' | 'workspacesFolder'> = {
  capabilities: { freeze: supported, resume: supported },
  freeze: (pid) => void signal(-pid, 'SIGSTOP'),
  resume: (pid) => void signal(-pid, 'SIGCONT'),
  terminate: (pid) => void signal(pid, 'SIGTERM'),
  killTree: (pid) => {
    if (!signal(-pid, 'SIGKILL')) signal(pid, 'SIGKILL')
  },
  // The group's number stays taken as long as anybody is in it, so it cannot have become somebody else's.
  killOrphans: (pid) => void signal(-pid, 'SIGKILL'),
  controlEndpoint(runId, folder) {
    const inFolder = join(folder, `${runId}.sock`)
    if (Buffer.byteLength(inFolder) <= LONGEST_SOCKET_PATH) return inFolder
    return join(tmpdir(), `hoplab-${userInfo().uid}`, `${runId}.sock`)
  },
  async switchCurrent(codebaseFolder, release) {
    const temporary = join(codebaseFolder, `.current-${randomBytes(4).toString('hex')}`)
    await symlink(join('releases', release), temporary)
    await rename(temporary, join(codebaseFolder, 'current'))
  },
}
