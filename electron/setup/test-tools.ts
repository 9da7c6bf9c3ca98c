import {
  chooseNames,
  installCommand,
  installPackages,
  installPermission,
  isDebianLike,
  type PackageNames,
} from './debian.ts'
import { findProgram } from './find-program.ts'

/** Programs that only the tests and benchmarks need: the other end of a protocol, a peer to measure against, a display. */

export const TEST_TOOLS: Readonly<Record<string, PackageNames>> = {
  Xvfb: ['xvfb'],
  'xvfb-run': ['xvfb'],
  curl: ['curl'],
  dig: ['bind9-dnsutils', 'dnsutils'],
  dnsmasq: ['dnsmasq-base'],
  dnsperf: ['dnsperf'],
  haproxy: ['haproxy'],
  ip: ['iproute2'],
  nginx: ['nginx-light', 'nginx'],
  socat: ['socat'],
  tshark: ['tshark'],
  wrk: ['wrk'],
  xauth: ['xauth'],
}

export function missingTools(): string[] {
  return Object.keys(TEST_TOOLS).filter((tool) => findProgram(tool) === null)
}

/** Brings the missing tools where we may. Never fails: a test that misses its tool says so itself. Returns what was done. */
export async function ensureTestTools(note: (text: string) => void): Promise<string> {
  const missing = missingTools()
  if (missing.length === 0) return 'kept the test tools'
  const named = `not installed: ${missing.join(', ')}; the tests that need them are reported as skipped`
  if (!isDebianLike()) return `${named}. Install them by the packages of your system`
  const packages = packagesOf(missing)
  const permission = await installPermission()
  if (permission.kind === 'refused') {
    return `${named} (${permission.why}). To install them: ${installCommand(await chooseNames(packages))}`
  }
  try {
    const names = await installPackages(packages, permission.prefix, note)
    return `installed by apt-get: ${names.join(', ')}`
  } catch (error) {
    return `${named}. ${error instanceof Error ? error.message : String(error)}`
  }
}

function packagesOf(tools: readonly string[]): PackageNames[] {
  return tools.flatMap((tool) => {
    const names = TEST_TOOLS[tool]
    return names === undefined ? [] : [names]
  })
}
