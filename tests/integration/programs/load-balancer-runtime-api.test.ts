import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseServersState } from '../../../services/protocols/haproxy-stats/show-servers-state.ts'
import { parseStatCsv, readServerStats } from '../../../services/protocols/haproxy-stats/show-stat.ts'
import { freePort } from '../../programs.ts'
import { findTool, itWith } from '../../tools.ts'
import {
  askRuntimeApi,
  BALANCER,
  balancerConfig,
  eventually,
  exchange,
  openSocket,
  serveHttp,
  startBalancer,
  WEB,
  type BalancerPlan,
  type RunningBalancer,
  type RunningServer,
} from './load-balancer-lab.ts'

/** The runtime API, and the same commands given to Debian's HAProxy with the same file. */

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
let web: RunningServer
let plan: BalancerPlan
let balancer: RunningBalancer

beforeAll(async () => {
  web = await serveHttp(WEB[0], (_request, response) => response.end('fine'))
  const nobody = await freePort(WEB[1])
  plan = {
    backend: [
      'option httpchk GET /healthz',
      'default-server check inter 200ms fastinter 20ms rise 2 fall 2',
      `server web-1 ${WEB[0]}:${web.port} weight 4`,
      `server web-2 ${WEB[1]}:${nobody} weight 2 backup`,
      `server web-3 ${WEB[2]}:${nobody} disabled`,
      `server web-4 ${WEB[0]}:${web.port} no-check weight 3`,
    ],
  }
  balancer = await startBalancer(plan)
  await balancer.program.waitForLine(/web-2 is DOWN/)
})
afterAll(async () => {
  await balancer.stop()
  await web.close()
})

/** Each leaves the servers as it found them. */
const COMMANDS = [
  'set server servers/web-1 state drain',
  'set server servers/web-1 state ready',
  'set server servers/web-1 weight 7',
  'get weight servers/web-1',
  'set server servers/web-1 weight 50%',
  'set server servers/web-1 weight 100%',
  'set server servers/web-1 weight 257',
  'set server servers/web-1 weight',
  'set server servers/web-1 weight heavy',
  'set server servers/web-1 state asleep',
  'set server servers/web-9 state drain',
  'set server nobody/web-1 state drain',
  'set server',
  'set server web-1 state drain',
  'disable server servers/web-1',
  'enable server servers/web-1',
  'disable server',
  'enable server servers/web-9',
  'set server servers/web-1 state drain; set server servers/web-1 state ready',
  'show servers state nobody',
  `set server servers/web-3 addr ${WEB[0]}`,
  `set server servers/web-3 addr ${WEB[2]}`,
  `set server servers/web-3 addr ${WEB[2]}`,
  `set server servers/web-4 addr ${WEB[1]} port 9`,
  `set server servers/web-4 addr ${WEB[1]} port 10`,
  `set server servers/web-4 addr ${WEB[1]} port 10`,
  'set server servers/web-3 addr',
]

describe('load-balancer: runtime API', () => {
  it('shows the servers as they are', async () => {
    const rows = readServerStats(await balancer.command('show stat'))
    expect(rows.map((row) => [row.server, row.status, row.health, row.weight, row.backup])).toEqual([
      ['web-1', 'UP', 'up', 4, false],
      ['web-2', 'DOWN', 'down', 2, true],
      ['web-3', 'MAINT', 'maint', 1, false],
      ['web-4', 'no check', 'up', 3, false],
    ])
    expect(rows[1]).toMatchObject({ checkStatus: 'L4CON', lastCheck: 'connection refused' })
  })

  it('counts requests by server, backend and frontend', async () => {
    const before = await counted()
    for (let request = 0; request < 7; request += 1) await exchange(balancer.port, GET)
    const after = await counted()
    const difference = Object.fromEntries(
      Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]),
    )
    expect(difference).toMatchObject({ 'web-1': 4, 'web-4': 3, BACKEND: 7, FRONTEND: 7 })
  })

  async function counted(): Promise<Record<string, number>> {
    const rows = parseStatCsv(await balancer.command('show stat'))
    return Object.fromEntries(rows.map((row) => [row['svname'] ?? '', Number(row['hrsp_2xx'])]))
  }

  it('gives no requests to a server in drain, in maintenance or with weight 0', async () => {
    for (const [away, back] of [
      ['set server servers/web-1 state drain', 'set server servers/web-1 state ready'],
      ['disable server servers/web-1', 'enable server servers/web-1'],
      ['set server servers/web-1 weight 0', 'set server servers/web-1 weight 4'],
    ] as const) {
      await balancer.command(away)
      const before = await counted()
      for (let request = 0; request < 4; request += 1) await exchange(balancer.port, GET)
      const after = await counted()
      expect((after['web-1'] ?? 0) - (before['web-1'] ?? 0)).toBe(0)
      expect((after['web-4'] ?? 0) - (before['web-4'] ?? 0)).toBe(4)
      await balancer.command(back)
    }
  })

  it('answers a word that it does not know with the words that it knows', async () => {
    for (const command of ['frobnicate', 'show', 'set table x', ''])
      expect(await balancer.command(command)).toMatch(/^Unknown command\. [^]*set server <bk>\/<srv>[^]*\n\n$/)
  })

  it('answers help and show info', async () => {
    expect(await balancer.command('help')).toMatch(/show servers state/)
    expect(await balancer.command('show info')).toMatch(/^Pid: [0-9]+$/m)
  })

  it('has a prompt for people', async () => {
    const port = await statsPort()
    const talk = exchange(port, 'prompt\nget weight servers/web-1\n\nquit\n')
    expect(await talk).toMatch(/^\n> 4 \(initial 4\)\n\n> /)
  })

  it('refuses to change anything for a socket without level admin', async () => {
    const watched = await startBalancer({ ...plan, level: 'operator' })
    try {
      expect(await watched.command('set server servers/web-1 state maint')).toBe('Permission denied\n\n')
      expect(await watched.command('get weight servers/web-1')).toBe('4 (initial 4)\n\n')
    } finally {
      await watched.stop()
    }
  })

  it('ends a connection that sends no line end, without harm', async () => {
    const { socket, waitFor } = await openSocket(await statsPort())
    socket.end('get weight servers/web-4')
    expect(await waitFor(/initial/)).toBe('3 (initial 3)\n\n')
    socket.destroy()
  })

  async function statsPort(): Promise<number> {
    return balancer.statsPort
  }
})

describe('load-balancer: beside HAProxy', () => {
  let folder = ''
  let haproxy: ChildProcess | null = null
  let port = 0

  beforeAll(async () => {
    const path = findTool('haproxy')
    if (path === null) return
    folder = await mkdtemp(join(tmpdir(), 'hoplab-haproxy-'))
    port = await freePort(BALANCER)
    const file = join(folder, 'haproxy.cfg')
    await writeFile(file, balancerConfig(plan, await freePort(BALANCER), port))
    haproxy = spawn(path, ['-db', '-f', file], { stdio: 'ignore' })
    await eventually(
      () => askRuntimeApi(port, 'show stat').catch(() => ''),
      (text) => /web-1,.*,UP,.*\nservers,web-2,.*,DOWN,/.test(text),
    )
  })
  afterAll(async () => {
    if (haproxy === null) return
    const exited = once(haproxy, 'exit')
    haproxy.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true })
  })

  itWith(['haproxy'], 'answers the same commands with the same words', async () => {
    for (const command of COMMANDS) {
      const [ours, theirs] = await Promise.all([balancer.command(command), askRuntimeApi(port, command)])
      expect([command, ours]).toEqual([command, theirs])
    }
  })

  itWith(['haproxy'], 'shows the same states at every step of a server’s life', async () => {
    for (const command of [
      'show info',
      'set server servers/web-1 state drain',
      'set server servers/web-1 state maint',
      'set server servers/web-3 state ready',
      'set server servers/web-3 state maint',
      'set server servers/web-1 state ready',
    ]) {
      await Promise.all([balancer.command(command), askRuntimeApi(port, command)])
      // Both settle: HAProxy and the balancer check in their own rhythm.
      await eventually(
        async () => JSON.stringify([await picture(balancer.statsPort), await picture(port)]),
        (text) => {
          const [ours, theirs] = JSON.parse(text) as [unknown, unknown]
          return JSON.stringify(ours) === JSON.stringify(theirs)
        },
      )
    }
  })

  /** What must be equal: not times, counts and the words of system errors. */
  async function picture(apiPort: number): Promise<unknown> {
    const stat = readServerStats(await askRuntimeApi(apiPort, 'show stat'))
    const raw = (await askRuntimeApi(apiPort, 'show servers state')).split('\n').slice(1)
    const states = raw.map((line) =>
      line
        .split(' ')
        .filter((_cell, index) => index !== 9)
        .join(' '),
    )
    return [
      parseServersState(['1', ...raw].join('\n')).map((state) => [
        state.server,
        state.running,
        state.admin,
        state.weight,
        state.checkHealth,
      ]),
      states,
      stat.map((row) => [row.server, row.status, row.health, row.weight, row.checkStatus, row.address]),
    ]
  }

  itWith(['haproxy'], 'writes columns by the same names in the same order', async () => {
    const header = async (apiPort: number): Promise<string> =>
      (await askRuntimeApi(apiPort, 'show stat')).split('\n')[0] ?? ''
    expect(await header(port)).toContain(await header(balancer.statsPort))
  })
})
