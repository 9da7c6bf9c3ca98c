import { describe, expect, it } from 'vitest'
import {
  formatServersState,
  parseServersState,
  STATE_COLUMNS,
  type ServerStateRow,
} from '../../../../services/protocols/haproxy-stats/show-servers-state.ts'

const ROW = {
  ...(Object.fromEntries(STATE_COLUMNS.map((column) => [column, '-'])) as Record<
    (typeof STATE_COLUMNS)[number],
    string | number
  >),
  be_name: 'servers',
  srv_name: 'web-1',
  srv_addr: '127.10.0.21',
  srv_port: 8080,
  srv_op_state: 2,
  srv_admin_state: 0,
  srv_uweight: 5,
  srv_iweight: 1,
  srv_check_health: 3,
  srv_time_since_last_change: 12,
} satisfies ServerStateRow

describe('show servers state', () => {
  it('reads back what it wrote', () => {
    expect(parseServersState(`${formatServersState([ROW])}\n`)).toEqual([
      {
        backend: 'servers',
        server: 'web-1',
        address: '127.10.0.21',
        port: 8080,
        running: true,
        admin: 'ready',
        weight: 5,
        initialWeight: 1,
        checkHealth: 3,
        secondsSinceChange: 12,
      },
    ])
  })

  it.each([
    [0, 'ready'],
    [4, 'ready'],
    [1, 'maint'],
    [5, 'maint'],
    [2, 'maint'],
    [8, 'drain'],
    [9, 'maint'],
  ])('understands the admin bits %s as %s', (bits, admin) => {
    expect(parseServersState(formatServersState([{ ...ROW, srv_admin_state: bits }]))[0]?.admin).toBe(admin)
  })

  it.each(["Can't find backend.\n\n", '2\n# a\n', ''])('refuses %j', (text) => {
    expect(() => parseServersState(text)).toThrow(SyntaxError)
  })
})
