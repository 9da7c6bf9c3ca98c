import { describe, expect, it } from 'vitest'
import { ROW_TYPE, STAT_COLUMNS } from '../../../../services/protocols/haproxy-stats/columns.ts'
import { formatStatCsv, parseStatCsv, readServerStats } from '../../../../services/protocols/haproxy-stats/show-stat.ts'

describe('show stat', () => {
  it('reads back what it wrote, every column', () => {
    const row = Object.fromEntries(STAT_COLUMNS.map((column, index) => [column, `${column} ${index}`]))
    expect(parseStatCsv(`${formatStatCsv([row])}\n`)).toEqual([row])
  })

  it('quotes what needs quotes', () => {
    const row = { pxname: 'a', svname: 'b', last_chk: 'he said "no", twice' }
    expect(parseStatCsv(formatStatCsv([row]))[0]).toMatchObject(row)
  })

  it('goes by column names, whatever their order and number', () => {
    expect(parseStatCsv('# pxname,svname,new,status,\nservers,web-1,1,UP,\n\n')).toEqual([
      { pxname: 'servers', svname: 'web-1', new: '1', status: 'UP' },
    ])
  })

  it.each(['', 'Permission denied\n\n', '# a,b,\n1,2,\n'])('refuses %j', (text) => {
    expect(() => parseStatCsv(text)).toThrow(SyntaxError)
  })

  it.each([
    ['UP', 'up'],
    ['UP 1/3', 'up'],
    ['no check', 'up'],
    ['DOWN', 'down'],
    ['DOWN 1/2', 'down'],
    ['DRAIN', 'drain'],
    ['DRAIN 1/2', 'drain'],
    ['NOLB', 'drain'],
    ['MAINT', 'maint'],
    ['MAINT (via servers/web-2)', 'maint'],
    ['something', 'unknown'],
  ])('understands the status %s as %s', (status, health) => {
    const csv = formatStatCsv([{ pxname: 'servers', svname: 'web-1', type: ROW_TYPE.server, status }])
    expect(readServerStats(csv)[0]).toMatchObject({ backend: 'servers', server: 'web-1', health, status })
  })

  it('gives the servers only, with their figures', () => {
    const server = {
      pxname: 'servers',
      svname: 'web-1',
      type: ROW_TYPE.server,
      weight: 3,
      bck: 1,
      scur: 2,
      qcur: 4,
      stot: 5,
      wretr: 6,
      wredis: 7,
    }
    const csv = formatStatCsv([
      { pxname: 'www', svname: 'FRONTEND', type: ROW_TYPE.frontend },
      { ...server, check_status: '* L7OK', check_desc: 'fine', addr: '127.0.0.1:1' },
      { pxname: 'servers', svname: 'BACKEND', type: ROW_TYPE.backend },
    ])
    expect(readServerStats(csv)).toEqual([
      expect.objectContaining({
        weight: 3,
        backup: true,
        sessions: 2,
        queued: 4,
        requests: 5,
        retries: 6,
        redispatches: 7,
        checkStatus: 'L7OK',
        lastCheck: 'fine',
        address: '127.0.0.1:1',
      }),
    ])
  })
})
