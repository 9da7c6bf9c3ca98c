/** `show servers state` (HAProxy management guide, section 9.3), version 1 of its format. */

export const STATE_COLUMNS = [
  ...['be_id', 'be_name', 'srv_id', 'srv_name', 'srv_addr', 'srv_op_state', 'srv_admin_state', 'srv_uweight'],
  ...['srv_iweight', 'srv_time_since_last_change', 'srv_check_status', 'srv_check_result', 'srv_check_health'],
  ...['srv_check_state', 'srv_agent_state', 'bk_f_forced_id', 'srv_f_forced_id', 'srv_fqdn', 'srv_port', 'srvrecord'],
  ...['srv_use_ssl', 'srv_check_port', 'srv_check_addr', 'srv_agent_addr', 'srv_agent_port'],
] as const
export type StateColumn = (typeof STATE_COLUMNS)[number]

/** Values of `srv_op_state`. */
export const OP_STATE = { stopped: 0, starting: 1, running: 2, stopping: 3 } as const

/** Bits of `srv_admin_state`. */
export const ADMIN_STATE = {
  forcedMaint: 0x01,
  inheritedMaint: 0x02,
  configuredMaint: 0x04,
  forcedDrain: 0x08,
  inheritedDrain: 0x10,
} as const

/** Bits of `srv_check_state`. */
export const CHECK_STATE = { inProgress: 0x01, configured: 0x02, enabled: 0x04, paused: 0x08 } as const

/** Values of `srv_check_result`. */
export const CHECK_RESULT = { unknown: 0, neutral: 1, failed: 2, passed: 3 } as const

/** Numbers of `srv_check_status`, by the names that `show stat` has for them. */
export const CHECK_STATUS_NUMBERS = {
  UNK: 0,
  INI: 1,
  SOCKERR: 5,
  L4OK: 6,
  L4TOUT: 7,
  L4CON: 8,
  L7TOUT: 12,
  L7RSP: 13,
  L7OK: 15,
  L7STS: 17,
} as const
export type CheckStatus = keyof typeof CHECK_STATUS_NUMBERS

export type ServerStateRow = Readonly<Record<StateColumn, string | number>>

export function formatServersState(rows: readonly ServerStateRow[]): string {
  const lines = rows.map((row) => STATE_COLUMNS.map((column) => String(row[column]) || '-').join(' '))
  return ['1', `# ${STATE_COLUMNS.join(' ')}`, ...lines].map((line) => `${line}\n`).join('')
}

export interface ServerState {
  readonly backend: string
  readonly server: string
  readonly address: string
  readonly port: number
  readonly running: boolean
  readonly admin: 'ready' | 'drain' | 'maint'
  /** The weight now, and the one of the file. */
  readonly weight: number
  readonly initialWeight: number
  /** Consecutive good checks, up to rise + fall - 1; up from `rise` on. */
  readonly checkHealth: number
  readonly secondsSinceChange: number
}

/** Reads the answer of HAProxy or of the built-in balancer. Throws `SyntaxError`. */
export function parseServersState(text: string): ServerState[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const [version, header] = [lines.shift(), lines.shift()]
  if (version !== '1' || !header?.startsWith('# '))
    throw new SyntaxError('not an answer to "show servers state" in version 1')
  const columns = header.slice(2).split(' ')
  return lines.map((line) => {
    const cells = line.split(' ')
    const text = (name: StateColumn): string => cells[columns.indexOf(name)] ?? ''
    const number = (name: StateColumn): number => Number(text(name))
    return {
      backend: text('be_name'),
      server: text('srv_name'),
      address: text('srv_addr'),
      port: number('srv_port'),
      running: number('srv_op_state') === OP_STATE.running || number('srv_op_state') === OP_STATE.starting,
      admin: readAdmin(number('srv_admin_state')),
      weight: number('srv_uweight'),
      initialWeight: number('srv_iweight'),
      checkHealth: number('srv_check_health'),
      secondsSinceChange: number('srv_time_since_last_change'),
    }
  })
}

function readAdmin(bits: number): ServerState['admin'] {
  if (bits & (ADMIN_STATE.forcedMaint | ADMIN_STATE.inheritedMaint)) return 'maint'
  return bits & (ADMIN_STATE.forcedDrain | ADMIN_STATE.inheritedDrain) ? 'drain' : 'ready'
}
