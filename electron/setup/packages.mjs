import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { PINNED_NODE, ROOT, pinnedVersion } from './project.mjs'
import { SetupError } from './progress.mjs'

/** The npm packages and the Node that comes as one of them. Runs on plain Node 20, before anything is installed. */

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, name?: string }} LockedPackage */
/** @typedef {{ packages?: Record<string, LockedPackage> }} Lock */

/**
 * Compares what package-lock.json wants with what npm wrote down after its last installation
 * (node_modules/.package-lock.json). Packages for other systems are optional and may be absent.
 * @param {Lock} wanted
 * @param {Lock} installed
 * @returns {string | null} the first difference, in words; null when there is none
 */
export function lockDifference(wanted, installed) {
  const there = installed.packages ?? {}
  for (const [path, entry] of Object.entries(wanted.packages ?? {})) {
    if (path === '') continue
    const found = there[path]
    if (found === undefined) {
      if (entry.optional || entry.devOptional) continue
      return `${path} is missing`
    }
    if (!isDeepStrictEqual(found, entry)) return `${path} is another version`
  }
  const extra = Object.keys(there).find((path) => wanted.packages?.[path] === undefined)
  return extra === undefined ? null : `${extra} is not wanted any more`
}

/** @param {string} path @returns {Lock | null} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/**
 * How to run npm: by the npm that runs us, with its own Node and without a shell; else by the one in PATH.
 * @param {readonly string[]} args fixed words only: on Windows npm is a batch file, which needs a shell
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ command: string, args: string[], shell: boolean }}
 */
export function npmCommand(args, env = process.env) {
  const script = env['npm_execpath']
  const node = env['npm_node_execpath']
  if (script?.endsWith('npm-cli.js') && node !== undefined && existsSync(script) && existsSync(node)) {
    return { command: node, args: [script, ...args], shell: false }
  }
  return process.platform === 'win32'
    ? { command: 'npm.cmd', args: [...args], shell: true }
    : { command: 'npm', args: [...args], shell: false }
}

/** @param {readonly string[]} args @returns {Promise<void>} */
function runNpm(args) {
  const npm = npmCommand(args)
  return new Promise((resolve, reject) => {
    const child = spawn(npm.command, npm.args, { cwd: ROOT, stdio: 'inherit', shell: npm.shell })
    child.once('error', (error) =>
      reject(new SetupError(`npm could not be started (${error.message}). Install npm and run "npm run setup" again.`)),
    )
    child.once('close', (code, signal) => {
      if (code === 0) return resolve()
      reject(
        new SetupError(
          `"npm ${args.join(' ')}" ended with ${signal ?? `code ${code}`}; its reason stands above. ` +
            'Check the network and the free disk space, then run "npm run setup" again.',
        ),
      )
    })
  })
}

/**
 * `npm ci`, unless node_modules holds exactly what the lock file names.
 * @param {(text: string) => void} note
 * @returns {Promise<string>} what was done
 */
export async function ensurePackages(note) {
  const wanted = readLock(join(ROOT, 'package-lock.json'))
  if (wanted === null) throw new SetupError('package-lock.json is missing or broken. Get it back from the repository.')
  const installed = readLock(join(ROOT, 'node_modules/.package-lock.json'))
  const difference = installed === null ? 'nothing is installed yet' : lockDifference(wanted, installed)
  if (difference === null) return `kept ${Object.keys(installed?.packages ?? {}).length} npm packages`
  if (process.platform === 'win32' && process.execPath === PINNED_NODE) {
    // Windows can't replace a program that is running, and in an npm script that is the project's own Node.
    throw new SetupError(
      'The npm packages changed. Run "node electron/setup/setup.mjs" in a shell: it can replace Node.',
    )
  }
  note(`installing by "npm ci", as ${difference}`)
  await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
  const count = Object.keys(readLock(join(ROOT, 'node_modules/.package-lock.json'))?.packages ?? {}).length
  return `installed ${count} npm packages from the registry`
}

/** @returns {string | null} the version of the pinned Node, or null where it does not run */
function pinnedNodeVersion() {
  const result = spawnSync(PINNED_NODE, ['--version'], { encoding: 'utf8', timeout: 20_000 })
  return result.status === 0 ? result.stdout.trim().replace(/^v/, '') : null
}

/**
 * Makes sure that the project's own Node is there and runs.
 * @param {(text: string) => void} note
 * @returns {Promise<string>} what was done
 */
export async function ensurePinnedNode(note) {
  const wanted = pinnedVersion('node')
  if (pinnedNodeVersion() === wanted) return `Node ${wanted} is there`
  note('its install script did not run; running it now')
  await runNpm(['rebuild', 'node', '--loglevel=error'])
  const version = pinnedNodeVersion()
  if (version === wanted) return `installed Node ${wanted} from the registry`
  throw new SetupError(
    `The project's own Node ${wanted} (npm package "node") ${version === null ? 'does not run' : `is ${version}`} on ` +
      `${process.platform}-${process.arch}. Delete node_modules and run "npm run setup" again.`,
  )
}
