import { parseArgs } from 'node:util'
import { followFaults } from './faults/fault-file.ts'
import { Log } from './log.ts'
import { EXIT, ProgramError } from './program-error.ts'

export { EXIT, ProgramError } from './program-error.ts'

/** The frame that every program of the lab stands in: options, help, log, readiness, a clean end. */

export interface OptionSpec {
  readonly type: 'string' | 'boolean'
  /** What the help calls the value: `FILE`, `ADDRESS:PORT`. */
  readonly value?: string
  readonly short?: string
  readonly help: string
  readonly required?: boolean
  readonly default?: string
  readonly multiple?: boolean
}

export interface ProgramOptions {
  /** The value of a string option that is required or has a default. */
  text(name: string): string
  /** The value of an optional string option. */
  optional(name: string): string | null
  list(name: string): readonly string[]
  flag(name: string): boolean
}

export interface ProgramContext {
  /** The service's name in the log and in headers (`--name`). */
  readonly name: string
  readonly options: ProgramOptions
  readonly log: Log
}

export interface RunningProgram {
  /** What it listens on, for the log: `http://127.10.0.21:8080`. */
  readonly listening: string
  /** Stops accepting, finishes what is in flight, resolves when nothing is left. Called once, on SIGTERM or SIGINT. */
  stop(): Promise<void>
  /**
   * As `stop`, but patiently: another process has taken over the address, so nobody waits for this one to be gone, and
   * no visitor shall notice. Called once, on SIGQUIT (what nginx calls graceful shutdown); without it `stop` is.
   */
  handOver?(): Promise<void>
}

export interface ProgramSpec {
  readonly name: string
  readonly summary: string
  readonly example: string
  readonly options: Readonly<Record<string, OptionSpec>>
  /** Resolves when it listens, or with null when the work is done already (`--check`). Throws `ProgramError` for what a person can mend. */
  start(context: ProgramContext): Promise<RunningProgram | null>
}

/** Bad configuration at a place: printed as `file:line: sentence`, as compilers do, so that editors can jump there. */
export class ConfigError extends ProgramError {
  constructor(file: string, line: number, sentence: string) {
    super(`${file}:${line}: ${sentence}`, EXIT.config)
    this.name = 'ConfigError'
  }
}

/** Options that every program has. */
const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  name: { type: 'string', value: 'NAME', help: 'name of this service in logs and headers' },
  quiet: { type: 'boolean', help: 'do not log single requests' },
  help: { type: 'boolean', short: 'h', help: 'show this help and exit' },
}

/** How long work in flight may take after SIGTERM before the program ends all the same. */
const STOP_LIMIT_MS = 30_000
/** How often a supervised program looks whether its supervisor still lives. */
const PARENT_CHECK_MS = 250

/** Runs a program: the only statement of each `main.ts`. */
export async function runProgram(spec: ProgramSpec): Promise<void> {
  const supervised = process.env['HOPLAB_SUPERVISED'] === '1'
  let log = new Log({ quiet: false, supervised })
  try {
    const options = readOptions(spec)
    if (options === null) return
    log = new Log({ quiet: options.flag('quiet'), supervised })
    const name = options.optional('name') ?? spec.name
    process.title = `hoplab ${name}`
    const endings = watchEndings(supervised)
    followFaults(log)
    const running = await spec.start({ name, options, log })
    if (running === null) return log.flush()
    log.event({ what: 'ready', outcome: `listening on ${running.listening}`, level: 'good' })
    log.ready()
    log.flush()
    const why = await endings
    log.event({ what: 'stopping', outcome: `${why}: finishing what is in flight` })
    const end = why === 'SIGQUIT' && running.handOver ? running.handOver() : running.stop()
    await withLimit(end, STOP_LIMIT_MS)
    log.event({ what: 'stopped', outcome: 'nothing was left in flight' })
    log.flush()
    process.exit(0)
  } catch (error) {
    log.flush()
    const known = error instanceof ProgramError
    const text = known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`${spec.name}: ${text}\n`)
    process.exit(known ? error.exitCode : EXIT.software)
  }
}

/** Resolves with the reason when the program is told to end; a second signal ends it at once. */
function watchEndings(supervised: boolean): Promise<string> {
  return new Promise((resolve) => {
    let told = false
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) {
      process.on(signal, () => {
        if (told) process.exit(1)
        told = true
        resolve(signal)
      })
    }
    if (!supervised) return
    // The terminal's hang-up (SIGHUP) ends the program by default; this is for whoever lost its parent without one.
    const parent = process.ppid
    setInterval(() => {
      if (process.ppid !== parent) process.exit(1)
    }, PARENT_CHECK_MS).unref()
  })
}

async function withLimit(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}

function readOptions(spec: ProgramSpec): ProgramOptions | null {
  const all = { ...spec.options, ...COMMON_OPTIONS }
  const values = parse(spec, all)
  if (values['help'] === true) {
    process.stdout.write(helpText(spec, all))
    return null
  }
  for (const [name, option] of Object.entries(all)) {
    if (option.required && values[name] === undefined)
      throw new ProgramError(`the option --${name} is missing. Try --help.`, EXIT.usage)
  }
  return {
    text: (name) => String(values[name] ?? all[name]?.default ?? ''),
    optional: (name) => (values[name] === undefined ? (all[name]?.default ?? null) : String(values[name])),
    list: (name) => asList(values[name]),
    flag: (name) => values[name] === true,
  }
}

type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

function parse(spec: ProgramSpec, all: Readonly<Record<string, OptionSpec>>): OptionValues {
  const options = Object.fromEntries(
    Object.entries(all).map(([name, option]) => [
      name,
      { type: option.type, multiple: option.multiple ?? false, ...(option.short ? { short: option.short } : {}) },
    ]),
  )
  try {
    return parseArgs({ options, allowPositionals: false, strict: true }).values
  } catch (error) {
    const detail = error instanceof Error ? error.message.split('. ')[0] : String(error)
    throw new ProgramError(`${detail}. Try "${spec.name} --help".`, EXIT.usage)
  }
}

function asList(value: OptionValues[string]): readonly string[] {
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).map(String)
}

function helpText(spec: ProgramSpec, all: Readonly<Record<string, OptionSpec>>): string {
  const rows = Object.entries(all).map(([name, option]) => {
    const short = option.short ? `-${option.short}, ` : '    '
    const value = option.value ? ` ${option.value}` : ''
    const remark = option.required ? ' (required)' : option.default ? ` (default: ${option.default})` : ''
    return { flag: `  ${short}--${name}${value}`, help: option.help + remark }
  })
  const width = Math.max(...rows.map((row) => row.flag.length)) + 2
  const list = rows.map((row) => row.flag.padEnd(width) + row.help).join('\n')
  return `${spec.name}: ${spec.summary}\n\nOptions:\n${list}\n\nExample:\n  ${spec.example}\n`
}
