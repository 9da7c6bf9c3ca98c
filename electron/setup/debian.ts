import { execa } from 'execa'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findProgram } from './find-program.ts'
import { SetupError } from './progress.mjs'

/** Debian and its relatives (Ubuntu, Mint, ...): which packages exist, and installing them where that is allowed. */

/**
 * How a package may be called, best first: the 64-bit time transition renamed some (`libgtk-3-0t64`), releases others.
 */
export type PackageNames = readonly [string, ...string[]]

/** Whether packages are installed by apt here. */
export function isDebianLike(): boolean {
  return process.platform === 'linux' && existsSync('/etc/debian_version') && findProgram('apt-get') !== null
}

export type Permission =
  { readonly kind: 'allowed'; readonly prefix: readonly string[] } | { readonly kind: 'refused'; readonly why: string }

/** Whether we may install system packages without asking anybody: root, or sudo that wants no password. */
export async function installPermission(): Promise<Permission> {
  if (process.getuid?.() === 0) return { kind: 'allowed', prefix: [] }
  const sudo = findProgram('sudo')
  if (sudo === null) return { kind: 'refused', why: 'this user is not root and there is no sudo' }
  const result = await execa(sudo, ['-n', 'true'], { reject: false, timeout: 10_000 })
  return result.exitCode === 0
    ? { kind: 'allowed', prefix: [sudo, '-n'] }
    : { kind: 'refused', why: 'sudo wants a password' }
}

/** For each package the first name that apt could install, or the last one where apt knows none of them. */
export async function chooseNames(wanted: readonly PackageNames[]): Promise<string[]> {
  const result = await execa('apt-cache', ['policy', ...wanted.flat()], { reject: false, env: { LC_ALL: 'C' } })
  const known = installableNames(result.stdout)
  const names = wanted.map((names) => names.find((name) => known.has(name)) ?? names.at(-1) ?? names[0])
  return [...new Set(names)].sort()
}

/** The packages that `apt-cache policy` has a version of (in the C locale: `Candidate: 1.2`, or `(none)`). */
export function installableNames(policy: string): Set<string> {
  const known = new Set<string>()
  let name = ''
  for (const line of policy.split('\n')) {
    const heading = /^(\S+):$/.exec(line)
    if (heading?.[1] !== undefined) name = heading[1]
    const candidate = /^\s+Candidate: (.+)$/.exec(line)?.[1]
    if (candidate !== undefined && candidate !== '(none)') known.add(name)
  }
  return known
}

/** The command that a person with the rights has to type. */
export function installCommand(names: readonly string[]): string {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '
  return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${names.join(' ')}`
}

/**
 * The root part of an installation, with the packages as its arguments. Some packages bring a service (haproxy, nginx)
 * that would start at once and at each boot and take port 80: /usr/sbin/policy-rc.d is Debian's way to say no (see
 * invoke-rc.d(8)); it is there only meanwhile, and what is new is left disabled.
 */
const INSTALL_SCRIPT = `
set -eu
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"
for service in haproxy nginx; do
  case " $* " in *" $service"*) ;; *) continue ;; esac
  if command -v systemctl > /dev/null; then systemctl disable --quiet "$service" || true; fi
done
`

/** apt writes hundreds of lines; one now and then shows that it moves. */
const PROGRESS_EVERY_MS = 3_000

/** Installs packages; `note` gets apt's lines that show progress. Throws a sentence with the command to type. */
export async function installPackages(
  wanted: readonly PackageNames[],
  prefix: readonly string[],
  note: (text: string) => void,
): Promise<readonly string[]> {
  note('apt-get update')
  const update = await runAsRoot(prefix, ['apt-get', '-o', 'DPkg::Lock::Timeout=120', 'update'], () => undefined)
  // An old list may still know the packages: a failed update is no end yet.
  if (update.code !== 0) note('apt-get update failed; trying with the lists that are there')
  const names = await chooseNames(wanted)
  note(`apt-get install ${names.join(' ')}`)
  let saidAtMs = 0
  const install = await runAsRoot(prefix, ['sh', '-c', INSTALL_SCRIPT, 'sh', ...names], (line) => {
    const progress = /^(Get:|Unpacking|Setting up)/.test(line)
    if (progress ? Date.now() - saidAtMs < PROGRESS_EVERY_MS : !/^(Need to get|E:)/.test(line)) return
    if (progress) saidAtMs = Date.now()
    note(line)
  })
  if (install.code !== 0) {
    const reason = (update.code === 0 ? install : update).lastLine
    throw new SetupError(
      `System packages could not be installed: ${reason}. Mend that, then run: ${installCommand(names)}`,
    )
  }
  return names
}

interface RootRun {
  readonly code: number | null
  /** The last complaint, for the sentence. */
  readonly lastLine: string
}

function runAsRoot(
  prefix: readonly string[],
  command: readonly string[],
  onLine: (line: string) => void,
): Promise<RootRun> {
  const [program = '', ...args] = [...prefix, ...command]
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
    let rest = ''
    let lastLine = 'apt-get said nothing'
    const read = (text: string): void => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line.startsWith('E:')) lastLine = line.slice(2).trim()
        onLine(line)
      }
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, lastLine }))
  })
}
