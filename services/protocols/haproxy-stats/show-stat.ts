import { ROW_TYPE, STAT_COLUMNS, type StatColumn } from './columns.ts'

/** One row of `show stat`; what is missing is an empty column. */
export type StatRow = Readonly<Partial<Record<StatColumn, string | number>>>

/** The CSV that `show stat` answers: a header that starts with `# `, a row per proxy and server, each ending in a comma. */
export function formatStatCsv(rows: readonly StatRow[]): string {
  const header = `# ${STAT_COLUMNS.join(',')},\n`
  return header + rows.map((row) => `${STAT_COLUMNS.map((column) => formatValue(row[column])).join(',')},\n`).join('')
}

function formatValue(value: string | number | undefined): string {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Reads the CSV of `show stat`, from HAProxy of any version or from the built-in balancer: columns go by name, whatever
 * their order and number. Throws `SyntaxError` for text that is not such a CSV.
 */
export function parseStatCsv(text: string): Readonly<Record<string, string>>[] {
  const lines = splitRows(text)
  const header = lines.shift()
  if (!header?.[0]?.startsWith('# ')) throw new SyntaxError('not an answer to "show stat": it has no header line')
  const columns = header.map((name, index) => (index === 0 ? name.slice(2) : name))
  if (columns[0] !== 'pxname' || columns[1] !== 'svname')
    throw new SyntaxError('not an answer to "show stat": no pxname and svname')
  return lines.map((cells) =>
    Object.fromEntries(columns.flatMap((column, index) => (column === '' ? [] : [[column, cells[index] ?? '']]))),
  )
}

/** Rows of cells (RFC 4180 quoting); empty lines are left out. */
function splitRows(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r?\n|$)/y
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex
    const match = cell.exec(text)
    if (!match) throw new SyntaxError(`a cell that cannot be read at character ${at}`)
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === ',') continue
    if (row.length > 1) rows.push(row)
    row = []
  }
  if (row.length > 1) rows.push(row)
  return rows
}

/** What a balancer thinks of a server. */
export type ServerHealth = 'up' | 'down' | 'drain' | 'maint' | 'unknown'

export interface ServerStat {
  readonly backend: string
  readonly server: string
  readonly health: ServerHealth
  /** As HAProxy writes it: `UP`, `UP 1/2`, `DOWN 1/2`, `DRAIN`, `MAINT`, `no check`. */
  readonly status: string
  readonly weight: number
  readonly backup: boolean
  /** Requests that it works on now. */
  readonly sessions: number
  /** Requests that wait for it. */
  readonly queued: number
  readonly requests: number
  readonly retries: number
  readonly redispatches: number
  /** `L7OK`, `L4CON`, ...; empty when it is not checked. */
  readonly checkStatus: string
  /** The last check in words: `Connection refused`. */
  readonly lastCheck: string
  /** `127.10.0.21:8080`. */
  readonly address: string
}

/** The servers' rows of `show stat`, in the order of the file. Throws `SyntaxError`. */
export function readServerStats(text: string): ServerStat[] {
  return parseStatCsv(text)
    .filter((row) => Number(row['type']) === ROW_TYPE.server)
    .map((row) => ({
      backend: row['pxname'] ?? '',
      server: row['svname'] ?? '',
      health: readHealth(row['status'] ?? ''),
      status: row['status'] ?? '',
      weight: Number(row['weight']),
      backup: row['bck'] === '1',
      sessions: Number(row['scur']),
      queued: Number(row['qcur']),
      requests: Number(row['stot']),
      retries: Number(row['wretr']),
      redispatches: Number(row['wredis']),
      checkStatus: (row['check_status'] ?? '').replace(/^\* /, ''),
      lastCheck: (row['last_chk'] || row['check_desc']) ?? '',
      address: row['addr'] ?? '',
    }))
}

/** A server without checks counts as up: requests are sent to it. */
function readHealth(status: string): ServerHealth {
  const word = status.split(' ')[0]
  if (word === 'UP' || word === 'OPEN' || status === 'no check') return 'up'
  if (word === 'DOWN') return 'down'
  if (word === 'DRAIN' || word === 'NOLB') return 'drain'
  if (word === 'MAINT') return 'maint'
  return 'unknown'
}
