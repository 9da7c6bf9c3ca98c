import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { findProgram } from '../../electron/setup/find-program.ts'
import { killGroup } from './process-group.ts'

/** A virtual display for tests of the window. */

export interface Display {
  /** For the environment variable DISPLAY: `:99`. */
  readonly name: string
  stop(): Promise<void>
}

const START_LIMIT_MS = 15_000
/** Room for the largest window that is tested, with a frame around it. */
const SCREEN = '1920x1200x24'

/** Starts Xvfb on a display number of its own choice (Xserver(1), -displayfd), reachable by local sockets only. */
export async function startDisplay(): Promise<Display> {
  const program = findProgram('Xvfb')
  if (program === null) throw new Error('Xvfb is not installed (Debian package xvfb)')
  const server = spawn(program, ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp', '-noreset'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const kill = (): void => killGroup(server)
  process.on('exit', kill)
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()))
  try {
    const number = await displayNumber(server)
    return {
      name: `:${number}`,
      async stop() {
        server.kill('SIGTERM')
        await ended
        process.off('exit', kill)
      },
    }
  } catch (error) {
    kill()
    throw error
  }
}

function displayNumber(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Error(`Xvfb named no display within ${START_LIMIT_MS / 1000} s`)),
      START_LIMIT_MS,
    )
    const pipe = server.stdio[3] as Readable
    let text = ''
    pipe.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (!text.includes('\n')) return
      clearTimeout(limit)
      resolve(text.trim())
    })
    server.once('exit', (code) => {
      clearTimeout(limit)
      reject(new Error(`Xvfb ended with code ${code} before it named a display`))
    })
  })
}
