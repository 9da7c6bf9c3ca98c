import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Platform } from './platform.ts'
import { posix, supported } from './posix.ts'

/** Field 22 of /proc/PID/stat, in clock ticks since boot (proc_pid_stat(5)). */
const START_TIME_FIELD = 22
/** The command's name may hold spaces and parentheses; what follows its last ")" begins with field 3. */
const FIRST_FIELD_AFTER_NAME = 3

export const linux: Platform = {
  ...posix,
  // SO_REUSEPORT shares the load since Linux 3.9 (socket(7)).
  capabilities: { freeze: supported, resume: supported, sharePort: supported },
  addressPlan: 'loopback-range',
  async startTime(pid) {
    const fields = await statFields(pid)
    return fields?.[START_TIME_FIELD - FIRST_FIELD_AFTER_NAME] ?? null
  },
  async isAlive(pid, startTime) {
    const fields = await statFields(pid)
    // A zombie has ended; only its parent has not looked yet.
    return fields?.[START_TIME_FIELD - FIRST_FIELD_AFTER_NAME] === startTime && fields[0] !== 'Z'
  },
  async memoryBytes(pid) {
    const kilobytes =
      (await figure(`/proc/${pid}/smaps_rollup`, 'Pss')) ?? (await figure(`/proc/${pid}/status`, 'VmRSS'))
    return kilobytes === null ? null : kilobytes * 1024
  },
  // XDG Base Directory Specification 0.8
  stateFolder: (env) => join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'hoplab'),
  workspacesFolder: (env) =>
    join(env['XDG_DATA_HOME'] || join(env['HOME'] || homedir(), '.local', 'share'), 'hoplab', 'workspaces'),
}

async function statFields(pid: number): Promise<readonly string[] | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return null
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

async function figure(path: string, name: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const value = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]
  return value === undefined ? null : Number(value)
}
