import type { Endpoint, StatsLevel } from '../../protocols/haproxy-cfg/model.ts'
import { MAX_WEIGHT } from '../../protocols/haproxy-cfg/server-line.ts'
import { formatChoices } from '../../protocols/balancing/choice-log.ts'
import { formatServersState } from '../../protocols/haproxy-stats/show-servers-state.ts'
import { formatStatCsv } from '../../protocols/haproxy-stats/show-stat.ts'
import { ProgramError } from '../kit/program.ts'
import type { AdminState, BackendServer } from './backend-server.ts'
import type { Backend } from './backend.ts'
import type { Frontend } from './frontend.ts'
import { backendRow, frontendRow, serverRow, serverStateRow } from './stats-report.ts'

/** The commands of HAProxy's runtime API that the lab uses (management guide, section 9.3), with HAProxy's answers. */

/** What the commands can see and change. */
export interface Controlled {
  readonly frontends: readonly Frontend[]
  readonly backends: readonly Backend[]
  readonly level: StatsLevel
  now(): number
  /** General figures, for `show info`. */
  info(): Readonly<Record<string, string | number>>
  setState(backend: Backend, server: BackendServer, state: AdminState): void
  setWeight(backend: Backend, server: BackendServer, weight: number): void
  move(backend: Backend, server: BackendServer, endpoint: Endpoint): void
  /** Throws `ProgramError`. */
  reload(): void
}

interface Command {
  readonly words: readonly string[]
  readonly help: readonly [usage: string, what: string]
  readonly needs: StatsLevel
  /** `args` are the words behind the command's own. Returns the answer without the empty line that ends it. */
  run(args: readonly string[], controlled: Controlled): string
}

const LEVELS: readonly StatsLevel[] = ['user', 'operator', 'admin']

const SET_SERVER_USAGE = 'usage: set server <backend>/<server> addr | state | weight\n'

const COMMANDS: readonly Command[] = [
  {
    words: ['disable', 'server'],
    help: ['disable server <bk>/<srv>', 'take a server out for maintenance'],
    needs: 'admin',
    run: (args, controlled) => changeState(args[0], 'maint', controlled),
  },
  {
    words: ['enable', 'server'],
    help: ['enable server <bk>/<srv>', 'end a maintenance'],
    needs: 'admin',
    run: (args, controlled) => changeState(args[0], 'ready', controlled),
  },
  {
    words: ['get', 'weight'],
    help: ['get weight <bk>/<srv>', 'show the weight of a server'],
    needs: 'user',
    run: (args, controlled) =>
      withServer(args[0], controlled, (_backend, server) => `${server.weight} (initial ${server.config.weight})\n`),
  },
  {
    // HAProxy has it at its master process (management guide, section 9.4).
    words: ['reload'],
    help: ['reload', 'read the servers of the configuration anew'],
    needs: 'admin',
    run: (_args, controlled) => reload(controlled),
  },
  {
    words: ['set', 'server'],
    help: ['set server <bk>/<srv> [opts]', 'change the state, the weight or the address of a server'],
    needs: 'admin',
    run: setServer,
  },
  {
    words: ['show', 'choices'],
    help: ['show choices [<after>] [<limit>]', 'show the last choices with their reasons (not of HAProxy)'],
    needs: 'user',
    run: showChoices,
  },
  {
    words: ['show', 'info'],
    help: ['show info', 'show figures of the process'],
    needs: 'user',
    run: (_args, controlled) =>
      Object.entries(controlled.info())
        .map(([name, value]) => `${name}: ${value}\n`)
        .join(''),
  },
  {
    words: ['show', 'servers', 'state'],
    help: ['show servers state [<backend>]', 'show the state of the servers'],
    needs: 'user',
    run: showServersState,
  },
  {
    words: ['show', 'stat'],
    help: ['show stat', 'show the counters of every frontend, server and backend'],
    needs: 'user',
    run: showStat,
  },
]

/** Runs one command line without `;`. The answer ends in an empty line, as HAProxy's does. */
export function runCommand(line: string, controlled: Controlled): string {
  const words = line.trim().split(/[ \t]+/)
  if (words[0] === 'help') return `${helpText('The following commands are valid at this level:', controlled.level)}\n`
  const command = COMMANDS.find((candidate) => candidate.words.every((word, index) => word === words[index]))
  if (!command)
    return `${helpText('Unknown command. Please enter one of the following commands only:', controlled.level)}\n`
  if (!allows(controlled.level, command)) return 'Permission denied\n\n'
  return `${command.run(words.slice(command.words.length), controlled)}\n`
}

function allows(level: StatsLevel, command: Command): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(command.needs)
}

function helpText(title: string, level: StatsLevel): string {
  const own: Command['help'][] = [
    ['help', 'list the commands'],
    ['prompt', 'toggle interactive mode with prompt'],
    ['quit', 'disconnect'],
  ]
  const all = [...COMMANDS.filter((command) => allows(level, command)).map((command) => command.help), ...own]
  return `${title}\n${all.map(([usage, what]) => `  ${usage.padEnd(38)}: ${what}\n`).join('')}`
}

/** Finds `backend/server` and works on it, or answers with HAProxy's sentence for what is missing. */
function withServer(
  text: string | undefined,
  controlled: Controlled,
  work: (backend: Backend, server: BackendServer) => string,
): string {
  const slash = text?.indexOf('/') ?? -1
  if (text === undefined || slash === -1) return "Require 'backend/server'.\n"
  const backend = controlled.backends.find((candidate) => candidate.config.name === text.slice(0, slash))
  if (!backend) return 'No such backend.\n'
  const server = backend.find(text.slice(slash + 1))
  return server ? work(backend, server) : 'No such server.\n'
}

function reload(controlled: Controlled): string {
  try {
    controlled.reload()
    return 'Success=1\n'
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error
    return `Success=0\n--\n${error.message}\n`
  }
}

function changeState(target: string | undefined, state: AdminState, controlled: Controlled): string {
  return withServer(target, controlled, (backend, server) => {
    controlled.setState(backend, server, state)
    return ''
  })
}

function setServer(args: readonly string[], controlled: Controlled): string {
  const [target, what, value, ...more] = args
  return withServer(target, controlled, (backend, server) => {
    if (what === 'weight') return setWeight(backend, server, value, controlled)
    if (what === 'addr') return setAddress(backend, server, [value, ...more], controlled)
    if (what !== 'state') return SET_SERVER_USAGE
    if (value !== 'ready' && value !== 'drain' && value !== 'maint')
      return "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n"
    return changeState(target, value, controlled)
  })
}

/** `addr 127.10.0.21 port 8081`. HAProxy answers with what it changed. */
function setAddress(
  backend: Backend,
  server: BackendServer,
  [address, word, portText]: readonly (string | undefined)[],
  controlled: Controlled,
): string {
  if (address === undefined) return 'set server <b>/<s> addr requires an address and optionally a port.\n'
  // Nothing of the lab is asked outside this machine (RFC 1122 section 3.2.1.3).
  if (!/^127(?:\.\d{1,3}){3}$/.test(address)) return 'Invalid address: only 127.x.x.x is served here.\n'
  const port = word === undefined ? server.endpoint.port : Number(portText)
  if ((word !== undefined && word !== 'port') || !Number.isInteger(port) || port < 1 || port > 65_535)
    return 'Invalid port.\n'
  const before = server.endpoint
  const changes = [
    before.address === address ? 'no need to change the addr' : `IP changed from '${before.address}' to '${address}'`,
    ...(word === undefined ? [] : [portChange(before.port, port)]),
  ]
  if (before.address !== address || before.port !== port) controlled.move(backend, server, { address, port })
  return `${changes.join(', ')} by 'stats socket command'\n`
}

function portChange(from: number, to: number): string {
  return from === to ? 'no need to change the port' : `port changed from '${from}' to '${to}'`
}

/** `5`, or `50%` of the weight in the file. */
function setWeight(backend: Backend, server: BackendServer, text: string | undefined, controlled: Controlled): string {
  if (text === undefined) return 'Require <weight> or <weight%>.\n'
  const match = /^([0-9]{1,9})(%?)$/.exec(text)
  if (!match) return 'Empty weight string empty or preceded by garbage'
  const number = Number(match[1])
  const relative = match[2] === '%'
  const weight = relative ? Math.ceil((server.config.weight * number) / 100) : number
  if (relative && weight > MAX_WEIGHT) return 'Relative weight must be positive and give at most 256.\n'
  if (weight > MAX_WEIGHT) return `Absolute weight can only be between 0 and ${MAX_WEIGHT} inclusive.\n`
  controlled.setWeight(backend, server, weight)
  return ''
}

function showServersState(args: readonly string[], controlled: Controlled): string {
  const chosen = controlled.backends.filter((backend) => args[0] === undefined || backend.config.name === args[0])
  if (chosen.length === 0 && args[0] !== undefined) return "Can't find backend.\n"
  const now = controlled.now()
  return formatServersState(
    chosen.flatMap((backend) => backend.servers.map((server) => serverStateRow(backend, server, now))),
  )
}

/** Choices with numbers above `after`, the newest `limit` of them. */
function showChoices([after, limit]: readonly string[], controlled: Controlled): string {
  const number = (text: string | undefined, otherwise: number): number =>
    text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise
  return controlled.backends
    .map(({ choices }) => formatChoices(choices.since(number(after, 0), number(limit, 100))))
    .join('')
}

function showStat(_args: readonly string[], controlled: Controlled): string {
  const now = controlled.now()
  return formatStatCsv([
    ...controlled.frontends.map((frontend) => frontendRow(frontend, now)),
    ...controlled.backends.flatMap((backend) => [
      ...backend.servers.map((server) => serverRow(backend, server, now)),
      backendRow(backend, now),
    ]),
  ])
}
