import { fileURLToPath } from 'node:url'
import { createEngine } from '../engine/create-engine.ts'
import { engineOptions } from '../engine/engine-options.ts'
import { currentPlatform } from '../engine/platform/current-platform.ts'
import { runCli } from './run-cli.ts'

/** The project's folder, both from services/cli and from the bundle in out/cli. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

// A reader that has seen enough (`lab logs web-1 | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const world = { engineOptions: engineOptions(ROOT, process.env), platform: currentPlatform(), createEngine }
process.exitCode = await runCli(process.argv.slice(2), world, {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  colours: process.stdout.isTTY === true && !process.env['NO_COLOR'],
})
