import { readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import {
  FAULTS_VARIABLE,
  NO_PROGRAM_FAULTS,
  readProgramFaults,
  writeFigures,
  type ProgramFaults,
} from '../../../protocols/faults/program-faults.ts'
import type { Log } from '../log.ts'
import { activeFaults } from './active-faults.ts'
import { crashAtStart } from './crash-at-start.ts'

/** How often changed figures are told. */
const TELL_EVERY_MS = 250

/**
 * Follows the file with what this program is to do wrong, if the lab gave it one: as it is now, and whenever it changes.
 * The lab puts each new file in the old one's place, so it is never seen half written. Throws `ProgramError` where the
 * fault is to crash.
 */
export function followFaults(log: Log): void {
  const file = process.env[FAULTS_VARIABLE]
  if (file === undefined) return
  let followed = NO_PROGRAM_FAULTS
  let timer: NodeJS.Timeout | null = null
  let told = ''
  const tell = (): void => {
    const text = writeFigures(activeFaults.figures())
    if (text !== told) log.status(text)
    told = text
  }
  const look = (): void => {
    const next = read(file)
    if (next === null || next.revision === followed.revision) return
    followed = next
    activeFaults.follow(next)
    log.event({ what: 'fault', outcome: describe(next), level: activeFaults.isNone ? 'good' : 'warning' })
    tell()
    if (timer !== null) clearInterval(timer)
    timer = activeFaults.isNone ? null : setInterval(tell, TELL_EVERY_MS).unref()
  }
  watch(dirname(file), (_event, name) => {
    if (name === null || name === basename(file)) look()
  }).unref()
  if (read(file)?.crashAtStart === true) crashAtStart()
  look()
}

/** Null where there is none: nothing was ever wrong. */
function read(file: string): ProgramFaults | null {
  try {
    return readProgramFaults(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

function describe({ slowMs, errors, diskFull, dns, crashAtStart: crash }: ProgramFaults): string {
  const parts = [
    slowMs > 0 ? `every request takes ${slowMs} ms longer` : '',
    errors === null ? '' : `${errors.failures} of ${errors.of} requests fail`,
    diskFull ? 'the disk is full' : '',
    dns === null ? '' : dns.answer === 'wrong' ? `answers with ${dns.address}` : `answers: ${dns.answer}`,
    crash ? 'the next start will crash' : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'none is set any more' : parts.join(', ')
}
