import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SetupError } from './progress.mjs'
import { ROOT } from './project.mjs'
import { exitCodeOf } from './run-to-end.mjs'

/** Starting Electron: what it needs to be told on this system, and its end with all that belongs to it. */

/** The app ends the lab within 5 s after it was told to; whoever is still there a while later is ended. */
const STOP_LIMIT_MS = 10_000
/** One Ctrl-C reaches us twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 500
/** Helpers of an app that crashed end themselves within 2 s (guard, kit); the rest is ended after this. */
const HELPERS_LIMIT_MS = 3_000
const HELPERS_CHECK_MS = 50

/** Windows knows no process groups. */
const OWN_GROUP = process.platform !== 'win32'

/** What Electron does in this environment when it can't open a window: crash. So it is not even tried. */
export function whyNoWindow(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | null {
  if (platform !== 'linux' || env['DISPLAY'] || env['WAYLAND_DISPLAY']) return null
  return [
    'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open.',
    'What works without one:',
    '  npm run lab -- demo       the lab in this terminal, by itself, in under a minute',
    '  npm run lab -- --help     all that the lab can do in a terminal',
    '  xvfb-run -a npm start     the window on a virtual display (Debian packages xvfb and xauth)',
  ].join('\n')
}

/** Electron's options for this user: as root its sandbox can't work, and Electron refuses to start with it. */
export function electronArguments(uid: number | undefined): { args: string[]; notice: string | null } {
  if (uid !== 0) return { args: [], notice: null }
  return {
    args: ['--no-sandbox'],
    notice:
      "Notice: started as root, so the window runs without Chromium's sandbox (--no-sandbox). Use an ordinary user for daily work.",
  }
}

/** The hint for systems that keep ordinary users from making the sandbox (Ubuntu 23.10 and newer, hardened kernels). */
export function sandboxHint(dist: string): string | null {
  const restricted = readSetting('kernel/apparmor_restrict_unprivileged_userns') === '1'
  const forbidden = readSetting('kernel/unprivileged_userns_clone') === '0'
  const helper = join(dist, 'chrome-sandbox')
  const stats = statSync(helper, { throwIfNoEntry: false })
  const installed = stats !== undefined && stats.uid === 0 && (stats.mode & 0o4000) !== 0
  if (process.getuid?.() === 0 || installed || (!restricted && !forbidden)) return null
  return (
    "This system does not let ordinary users make Chromium's sandbox. Give Electron's helper the right to, once:\n" +
    `  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`
  )
}

function readSetting(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
  } catch {
    return null
  }
}

/** Runs Electron in a process group of its own, so that nothing of it can stay behind; returns its exit code. */
export async function runElectron(executable: string, args: readonly string[]): Promise<number> {
  const child = spawn(executable, args, { cwd: ROOT, stdio: 'inherit', detached: OWN_GROUP })
  const killAll = (): void => void signalAll(child, 'SIGKILL')
  let toldAtMs: number | null = null
  const passOn = (): void => {
    if (toldAtMs === null) {
      toldAtMs = Date.now()
      child.kill('SIGTERM')
      setTimeout(killAll, STOP_LIMIT_MS).unref()
    } else if (Date.now() - toldAtMs > SAME_SIGNAL_MS) {
      // The second Ctrl-C of an impatient person: no more asking.
      killAll()
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn)
  process.on('exit', killAll)
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(new SetupError(`Electron could not be started: ${error.message}.`)))
    child.once('exit', (exitCode, signal) => resolve(exitCodeOf(exitCode, signal)))
  })
  await groupEnd(child)
  return code
}

/** Waits for the helpers of an app that is gone: after a crash they are still clearing up behind it. */
async function groupEnd(leader: ChildProcess): Promise<void> {
  const untilMs = Date.now() + HELPERS_LIMIT_MS
  while (OWN_GROUP && signalAll(leader, 0) && Date.now() < untilMs) await delay(HELPERS_CHECK_MS)
}

/** Signals the whole group of a process (0 only asks); false when nobody is left in it. */
function signalAll(leader: ChildProcess, signal: 'SIGKILL' | 0): boolean {
  if (leader.pid === undefined) return false
  if (!OWN_GROUP) return leader.kill(signal)
  try {
    return process.kill(-leader.pid, signal)
  } catch {
    return false
  }
}
