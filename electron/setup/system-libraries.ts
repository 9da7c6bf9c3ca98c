import { execa } from 'execa'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  chooseNames,
  installCommand,
  installPackages,
  installPermission,
  isDebianLike,
  type PackageNames,
} from './debian.ts'
import { electronPlace } from './electron-files.ts'
import { SetupError } from './progress.mjs'
import { ROOT } from './project.mjs'

/** The shared libraries of the system that Electron is linked against. */

/** Debian's package of each library (packages.debian.org, "contents"); the t64 names came with Debian 13 and Ubuntu 24.04. */
const PACKAGE_BY_SONAME: Readonly<Record<string, PackageNames>> = {
  'libX11-xcb.so.1': ['libx11-xcb1'],
  'libX11.so.6': ['libx11-6'],
  'libXcomposite.so.1': ['libxcomposite1'],
  'libXdamage.so.1': ['libxdamage1'],
  'libXext.so.6': ['libxext6'],
  'libXfixes.so.3': ['libxfixes3'],
  'libXrandr.so.2': ['libxrandr2'],
  'libasound.so.2': ['libasound2t64', 'libasound2'],
  'libatk-1.0.so.0': ['libatk1.0-0t64', 'libatk1.0-0'],
  'libatk-bridge-2.0.so.0': ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  'libatspi.so.0': ['libatspi2.0-0t64', 'libatspi2.0-0'],
  'libcairo.so.2': ['libcairo2'],
  'libcups.so.2': ['libcups2t64', 'libcups2'],
  'libdbus-1.so.3': ['libdbus-1-3'],
  'libdrm.so.2': ['libdrm2'],
  'libexpat.so.1': ['libexpat1'],
  'libgbm.so.1': ['libgbm1'],
  'libgcc_s.so.1': ['libgcc-s1'],
  'libgdk-3.so.0': ['libgtk-3-0t64', 'libgtk-3-0'],
  'libgdk_pixbuf-2.0.so.0': ['libgdk-pixbuf-2.0-0'],
  'libgio-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libglib-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgobject-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgtk-3.so.0': ['libgtk-3-0t64', 'libgtk-3-0'],
  'libnspr4.so': ['libnspr4'],
  'libnss3.so': ['libnss3'],
  'libnssutil3.so': ['libnss3'],
  'libpango-1.0.so.0': ['libpango-1.0-0'],
  'libsmime3.so': ['libnss3'],
  'libudev.so.1': ['libudev1'],
  'libxcb.so.1': ['libxcb1'],
  'libxkbcommon.so.0': ['libxkbcommon0'],
}

/** The libraries that `ldd` did not find (its lines `libfoo.so.1 => not found`). */
export function missingInLdd(output: string): string[] {
  const found = [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '')
  return [...new Set(found)]
}

/** Splits libraries into the packages that bring them and those that no package is known for. */
export function packagesOf(sonames: readonly string[]): { packages: PackageNames[]; unknown: string[] } {
  const packages = new Map<string, PackageNames>()
  const unknown: string[] = []
  for (const soname of sonames) {
    const names = PACKAGE_BY_SONAME[soname]
    if (names === undefined) unknown.push(soname)
    else packages.set(names[0], names)
  }
  return { packages: [...packages.values()], unknown }
}

async function missingLibraries(): Promise<string[]> {
  const { dist, executable } = electronPlace(ROOT)
  const libraries = readdirSync(dist).filter((name) => /\.so(\.\d+)*$/.test(name))
  // Electron finds its own libraries beside itself; ldd on one of them has to be told.
  const result = await execa('ldd', [executable, ...libraries.map((name) => join(dist, name))], {
    reject: false,
    timeout: 30_000,
    env: { LC_ALL: 'C', LD_LIBRARY_PATH: dist },
  })
  return missingInLdd(result.stdout)
}

/** Makes sure that Electron's libraries are there; returns what was done. Throws a sentence with what to do. */
export async function ensureSystemLibraries(note: (text: string) => void): Promise<string> {
  if (process.platform !== 'linux') return 'no system libraries are needed here'
  const missing = await missingLibraries()
  if (missing.length === 0) return 'kept the system libraries'
  note(`missing: ${missing.join(', ')}`)
  const { packages, unknown } = packagesOf(missing)
  if (!isDebianLike() || unknown.length > 0) {
    throw new SetupError(
      `Electron needs these libraries of the system: ${(unknown.length > 0 ? unknown : missing).join(', ')}. Install ` +
        'the packages of your system that bring them, then run "npm run setup" again.',
    )
  }
  const permission = await installPermission()
  if (permission.kind === 'refused') {
    throw new SetupError(
      `Electron needs libraries of the system, and ${permission.why}. Run this, then "npm run setup" again:\n` +
        `  ${installCommand(await chooseNames(packages))}`,
    )
  }
  const names = await installPackages(packages, permission.prefix, note)
  const still = await missingLibraries()
  if (still.length === 0) return `installed ${names.length} system packages by apt-get`
  throw new SetupError(
    `After "apt-get install" these libraries are still missing: ${still.join(', ')}. Install the packages that bring ` +
      'them, then run "npm run setup" again.',
  )
}
