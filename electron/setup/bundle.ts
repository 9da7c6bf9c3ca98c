import { mkdtempSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { ROOT } from './project.mjs'

/** Bundles Node programs to one file each: a program of one file starts in half the time of one with its libraries. */

/** Native libraries can't be bundled; they stay in node_modules. */
const EXTERNAL = ['node-pty']

/**
 * Bundles each entry to `<folder>/<name>.mjs`, and removes what is no entry any more. Files are replaced in one step
 * each, so a program that is started meanwhile is the old one or the new one.
 */
export async function bundleTo(folder: string, entries: Readonly<Record<string, string>>): Promise<void> {
  const target = join(ROOT, folder)
  mkdirSync(target, { recursive: true })
  const temporary = mkdtempSync(join(ROOT, 'out', '.bundling-'))
  try {
    await Promise.all(Object.entries(entries).map(([name, entry]) => bundle(name, entry, join(temporary, name))))
    for (const name of Object.keys(entries)) {
      for (const file of readdirSync(join(temporary, name))) renameSync(join(temporary, name, file), join(target, file))
    }
    const wanted = new Set(Object.keys(entries).flatMap((name) => [`${name}.mjs`, `${name}.mjs.map`]))
    for (const file of readdirSync(target)) if (!wanted.has(file)) rmSync(join(target, file), { recursive: true })
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

async function bundle(name: string, entry: string, folder: string): Promise<void> {
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true, external: EXTERNAL, target: 'node' },
    build: {
      ssr: entry,
      outDir: folder,
      target: 'node24',
      minify: false,
      sourcemap: true,
      // How long each plugin took says nothing to whoever builds.
      rolldownOptions: {
        checks: { pluginTimings: false },
        output: { format: 'es', entryFileNames: `${name}.mjs`, codeSplitting: false },
      },
    },
  })
}
