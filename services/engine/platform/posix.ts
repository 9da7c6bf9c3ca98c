import { randomBytes } from 'node:crypto'
import { rename, rm, symlink } from 'node:fs/promises'
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

/** 0, 1 and negative numbers mean a whole group, the system, or everybody: a mistake that must not be let through. */
function requirePid(pid: number): number {
  if (Number.isSafeInteger(pid) && pid > 1) return pid
  throw new RangeError(`${pid} is not the pid of a process of the lab`)
}

export const supported = { supported: true, reason: null }

export const posix: Omit<
  Platform,
  'capabilities' | 'addressPlan' | 'startTime' | 'isAlive' | 'memoryBytes' | 'stateFolder' | 'workspacesFolder'
> = {
  handOver: (pid) => void signal(requirePid(pid), 'SIGQUIT'),
  reload: (pid) => void signal(requirePid(pid), 'SIGUSR2'),
  freeze: (pid) => void signal(-requirePid(pid), 'SIGSTOP'),
  resume: (pid) => void signal(-requirePid(pid), 'SIGCONT'),
  terminate: (pid) => void signal(requirePid(pid), 'SIGTERM'),
  killTree: (pid) => {
    if (!signal(-requirePid(pid), 'SIGKILL')) signal(pid, 'SIGKILL')
  },
  // The group's number stays taken as long as anybody is in it, so it cannot have become somebody else's.
  killOrphans: (pid) => void signal(-requirePid(pid), 'SIGKILL'),
  controlEndpoint(runId, folder) {
    const inFolder = join(folder, `${runId}.sock`)
    if (Buffer.byteLength(inFolder) <= LONGEST_SOCKET_PATH) return inFolder
    return join(tmpdir(), `hoplab-${userInfo().uid}`, `${runId}.sock`)
  },
  async switchCurrent(codebaseFolder, release) {
    const temporary = join(codebaseFolder, `.current-${randomBytes(4).toString('hex')}`)
    await symlink(join('releases', release), temporary)
    try {
      await rename(temporary, join(codebaseFolder, 'current'))
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  },
}
