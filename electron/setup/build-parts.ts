import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { filesOf, fingerprint, isFresh, markBuilt } from './freshness.ts'
import { SetupError } from './progress.mjs'
import { ROOT } from './project.mjs'

/** What is built, from what, and only when it is not up to date. */

export type Part = 'programs' | 'cli' | 'window'

const STAMP_FILE = join(ROOT, 'out/.stamp')

/** How the build itself is done belongs to every part. */
const COMMON_SOURCES = [
  'package-lock.json',
  'electron/setup/build-parts.ts',
  'electron/setup/bundle.ts',
  'electron/setup/build-window.ts',
]

/** The folders that a part may import from (tests/architecture holds the code to that), and where it goes. */
const PARTS: Readonly<Record<Part, { readonly sources: readonly string[]; readonly outputs: readonly string[] }>> = {
  programs: { sources: ['services/programs', 'services/protocols'], outputs: ['out/programs'] },
  cli: {
    sources: ['services/cli', 'services/engine', 'services/contract', 'services/protocols'],
    outputs: ['out/cli'],
  },
  window: {
    sources: [
      'electron/main',
      'electron/preload',
      'renderer',
      'services/engine',
      'services/contract',
      'services/protocols',
      'electron.vite.config.ts',
      '.config/first-texts.ts',
      'resources/icons',
    ],
    outputs: ['out/main', 'out/preload', 'out/renderer'],
  },
}

/** The programs of the lab: each folder of services/programs with a main.ts. */
export function programNames(): string[] {
  const folder = join(ROOT, 'services/programs')
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'main.ts')))
}

/** Builds the parts that are not up to date; returns what was done. The build tools are loaded only when they are needed. */
export async function buildParts(parts: readonly Part[], note: (text: string) => void): Promise<string> {
  const stale: Part[] = []
  for (const part of parts) {
    const current = fingerprint(ROOT, [...COMMON_SOURCES, ...PARTS[part].sources])
    if (isFresh(ROOT, STAMP_FILE, part, current)) continue
    stale.push(part)
    note(`building the ${part}`)
    await buildPart(part).catch((error: unknown) => {
      throw new SetupError(`The ${part} could not be built: ${error instanceof Error ? error.message : String(error)}`)
    })
    markBuilt(STAMP_FILE, part, { fingerprint: current, files: outputFiles(part) })
  }
  return stale.length === 0 ? 'kept the build, it is up to date' : `built the ${stale.join(', the ')}`
}

async function buildPart(part: Part): Promise<void> {
  if (part === 'window') {
    const { buildWindow } = await import('./build-window.ts')
    return buildWindow()
  }
  const { bundleTo } = await import('./bundle.ts')
  if (part === 'cli') return bundleTo('out/cli', { main: 'services/cli/main.ts' })
  return bundleTo(
    'out/programs',
    Object.fromEntries(programNames().map((name) => [name, `services/programs/${name}/main.ts`])),
  )
}

function outputFiles(part: Part): string[] {
  return PARTS[part].outputs
    .flatMap((folder) => filesOf(join(ROOT, folder)))
    .map((path) => relative(ROOT, path).split(sep).join('/'))
}
