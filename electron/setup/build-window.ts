import { build } from 'electron-vite'
import { join } from 'node:path'
import { ROOT } from './project.mjs'

/** Builds the three parts of the window (main, preload, renderer) by electron.vite.config.ts. */
export async function buildWindow(): Promise<void> {
  await build({ root: ROOT, configFile: join(ROOT, 'electron.vite.config.ts'), logLevel: 'warn' })
}
