import { Console } from 'node:console'
import { Writable } from 'node:stream'
import type { Log, LogLevel } from '../kit/log.ts'
import { errorWithPlace } from './place.ts'

/** What the person's own code says and does outside of a request. */

/** From now on `console.log` and its kin write lines of this server's log. */
export function showConsole(log: Log): void {
  const said = lineWriter((outcome) => log.event({ what: 'the application says', outcome }))
  const warned = lineWriter((outcome) => log.event({ what: 'the application warns', outcome, level: 'warning' }))
  globalThis.console = new Console({ stdout: said, stderr: warned, colorMode: false })
}

function lineWriter(write: (line: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      // A console call ends with a line end; an object may take several lines.
      for (const line of String(chunk).replace(/\n$/, '').split('\n')) write(line)
      done()
    },
  })
}

/**
 * A promise that nobody waited for is reported and the server goes on. An exception that nobody can catch ends the
 * server, as with any Node program, but its place is told first.
 */
export function reportStrayErrors(log: Log, releaseDir: string): void {
  const report = (what: string, error: unknown, level: LogLevel): void =>
    log.event({ what, outcome: errorWithPlace(error, releaseDir), level })
  process.on('unhandledRejection', (reason) => report('a promise failed unnoticed', reason, 'error'))
  process.on('uncaughtExceptionMonitor', (error) => {
    report('exception outside a request', error, 'error')
    log.flush()
  })
}
