import { resolve } from 'node:path'
import { parseAddress, requireLoopback, type Address } from '../kit/address.ts'
import { SYNCHRONOUS, type Synchronous } from './connection.ts'
import { EXIT, ProgramError, type OptionSpec, type ProgramOptions } from '../kit/program.ts'

export interface Settings {
  readonly address: Address
  readonly file: string
  /** How long a stream may stand idle, in milliseconds. */
  readonly batonTimeoutMs: number
  /** How long a statement waits for a lock, in milliseconds. */
  readonly busyTimeoutMs: number
  readonly maxStreams: number
  readonly synchronous: Synchronous
}

export const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  listen: { type: 'string', value: 'ADDRESS:PORT', help: 'where to listen; needed unless a copy is made' },
  file: { type: 'string', value: 'FILE', required: true, help: 'the SQLite file; made when there is none' },
  'copy-to': {
    type: 'string',
    value: 'FILE',
    help: 'write a whole copy to a file that is not there yet, also while another program writes, and end',
  },
  'baton-timeout': {
    type: 'string',
    value: 'SECONDS',
    default: '900',
    help: 'roll back and close a stream that was idle for so long',
  },
  'busy-timeout': {
    type: 'string',
    value: 'SECONDS',
    default: '5',
    help: 'answer SQLITE_BUSY when a lock was not free for so long',
  },
  synchronous: {
    type: 'string',
    value: SYNCHRONOUS.join('|'),
    default: 'full',
    help: 'full: a commit waits for the disk and survives a power cut; normal: it survives SIGKILL',
  },
  'max-streams': { type: 'string', value: 'COUNT', default: '128', help: 'how many streams may be open at a time' },
}

/** Longest time that a timer of Node can take, in seconds. */
const MAX_SECONDS = 2_147_483

/** Throws `ProgramError` naming the option. */
export function readSettings(options: ProgramOptions): Settings {
  return {
    address: requireLoopback(parseAddress(readListen(options), 'listen'), 'listen'),
    file: resolve(options.text('file')),
    batonTimeoutMs: readSeconds(options, 'baton-timeout') * 1000,
    busyTimeoutMs: readSeconds(options, 'busy-timeout') * 1000,
    maxStreams: readCount(options, 'max-streams'),
    synchronous: readSynchronous(options),
  }
}

function readListen(options: ProgramOptions): string {
  const text = options.optional('listen')
  if (text === null)
    throw new ProgramError('--listen is missing: where to listen, such as 127.10.0.30:8090.', EXIT.usage)
  return text
}

function readSeconds(options: ProgramOptions, name: string): number {
  const text = options.text(name)
  const seconds = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || seconds > MAX_SECONDS)
    throw new ProgramError(`--${name} wants a number of seconds, such as 5 or 0.5; it got "${text}".`, EXIT.usage)
  return seconds
}

function readSynchronous(options: ProgramOptions): Synchronous {
  const text = options.text('synchronous')
  const mode = SYNCHRONOUS.find((candidate) => candidate === text)
  if (mode === undefined)
    throw new ProgramError(`--synchronous wants ${SYNCHRONOUS.join(' or ')}; it got "${text}".`, EXIT.usage)
  return mode
}

function readCount(options: ProgramOptions, name: string): number {
  const text = options.text(name)
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new ProgramError(`--${name} wants a number from 1 on; it got "${text}".`, EXIT.usage)
  return Number(text)
}
