import { type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { readServerStats } from '../../../services/protocols/haproxy-stats/show-stat.ts'
import { freePort } from '../../programs.ts'
import {
  BALANCER,
  eventually,
  exchange,
  openSocket,
  serveHttp,
  serveTcp,
  startBalancer,
  startWebServer,
  WEB,
  type BalancerPlan,
  type RunningBalancer,
  type RunningServer,
} from './load-balancer-lab.ts'

/** What the balancer does when servers fail, leave and come back. */

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello'
const CHECK = 'default-server check inter 300ms fastinter 20ms downinter 50ms rise 2 fall 2'

const owned: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of owned.splice(0).reverse()) await end()
})

async function balance(plan: BalancerPlan): Promise<RunningBalancer> {
  const balancer = await startBalancer(plan)
  owned.push(() => balancer.stop())
  return balancer
}

async function serve(running: Promise<RunningServer>): Promise<RunningServer> {
  const server = await running
  owned.push(() => server.close())
  return server
}

async function webServer(name: string, address: string, port: number): Promise<ChildProcess> {
  const child = await startWebServer(name, address, port)
  owned.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  })
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

async function stats(balancer: RunningBalancer): Promise<Record<string, ReturnType<typeof readServerStats>[number]>> {
  return Object.fromEntries(readServerStats(await balancer.command('show stat')).map((row) => [row.server, row]))
}

/** Keeps `clients` keep-alive connections busy with GETs until told to stop; gives every outcome. */
function load(
  balancer: RunningBalancer,
  path: string,
  clients = 8,
): { readonly outcomes: string[]; stop(): Promise<void> } {
  const outcomes: string[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  let going = true
  const client = async (): Promise<void> => {
    while (going) outcomes.push(await get(balancer, path, agent))
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  return {
    outcomes,
    async stop() {
      going = false
      await all
      agent.destroy()
    },
  }
}

/** `200 web-1`, or what went wrong. */
function get(balancer: RunningBalancer, path: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: BALANCER, port: balancer.port, path, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve(`${response.statusCode ?? 0} ${text.split(' ')[0] ?? ''}`))
      response.on('error', (error) => resolve(error.message))
    })
    asked.on('error', (error) => resolve(error.message))
    asked.end()
  })
}

describe('load-balancer: servers that fail', () => {
  it('loses no GET when a server is killed under load, and uses it again when it is back', async () => {
    const ports = [await freePort(WEB[0]), await freePort(WEB[1])] as const
    const first = await webServer('web-1', WEB[0], ports[0])
    await webServer('web-2', WEB[1], ports[1])
    const balancer = await balance({
      args: ['--quiet'],
      backend: [
        CHECK,
        'option httpchk GET /healthz',
        `server web-1 ${WEB[0]}:${ports[0]}`,
        `server web-2 ${WEB[1]}:${ports[1]}`,
      ],
    })
    const running = load(balancer, '/slow')
    await eventually(
      () => running.outcomes.filter((outcome) => outcome === '200 web-1').length,
      (count) => count > 20,
    )
    await killed(first)
    await balancer.program.waitForLine(/Server servers\/web-1 is DOWN: connection refused/)
    const downAt = running.outcomes.length
    await eventually(
      () => running.outcomes.length,
      (count) => count > downAt + 50,
    )
    await webServer('web-1', WEB[0], ports[0])
    await balancer.program.waitForLine(/Server servers\/web-1 is UP: \/healthz answered 200/)
    const upAt = running.outcomes.length
    await eventually(
      () => running.outcomes.slice(upAt).filter((outcome) => outcome === '200 web-1').length,
      (count) => count > 5,
    )
    await running.stop()
    expect(running.outcomes.filter((outcome) => !outcome.startsWith('200 '))).toEqual([])
    expect((await stats(balancer))['web-1']?.redispatches).toBeGreaterThan(0)
  })

  it('never sends a POST twice once it was sent', async () => {
    let received = 0
    const broken = await serve(
      serveTcp(WEB[0], (socket) =>
        socket.on('data', () => {
          received += 1
          socket.destroy()
        }),
      ),
    )
    let reached = 0
    const sound = await serve(
      serveHttp(WEB[1], (_request, response) => {
        reached += 1
        response.end('fine')
      }),
    )
    const balancer = await balance({
      backend: ['balance first', `server web-1 ${WEB[0]}:${broken.port}`, `server web-2 ${WEB[1]}:${sound.port}`],
    })
    expect(await exchange(balancer.port, POST)).toMatch(/^HTTP\/1\.1 502 /)
    expect({ received, reached }).toEqual({ received: 1, reached: 0 })
    // The same failure of a GET is mended by the other server.
    expect(await exchange(balancer.port, GET)).toMatch(/^HTTP\/1\.1 200 /)
    expect({ received, reached }).toEqual({ received: 2, reached: 1 })
    await balancer.program.waitForLine(/GET \/ .*200 from servers\/web-2 .*redispatched from web-1/)
  })

  it('never repeats a POST whose answer is a retryable status, and repeats a GET', async () => {
    let posts = 0
    const sick = await serve(
      serveHttp(WEB[0], (asked, response) => {
        if (asked.method === 'POST') posts += 1
        response.writeHead(503).end('sick')
      }),
    )
    const sound = await serve(serveHttp(WEB[1], (_request, response) => response.end('fine')))
    const balancer = await balance({
      backend: ['balance first', `server web-1 ${WEB[0]}:${sick.port}`, `server web-2 ${WEB[1]}:${sound.port}`],
    })
    expect(await exchange(balancer.port, POST)).toMatch(/^HTTP\/1\.1 503 [^]*sick/)
    expect(posts).toBe(1)
    expect(await exchange(balancer.port, GET)).toMatch(/^HTTP\/1\.1 200 [^]*fine$/)
  })

  it('sends a POST elsewhere when the server could not even be reached', async () => {
    const nobody = await freePort(WEB[0])
    let body = ''
    const sound = await serve(
      serveHttp(WEB[1], (asked, response) => {
        asked.setEncoding('utf8').on('data', (text: string) => (body += text))
        asked.on('end', () => response.end('fine'))
      }),
    )
    const balancer = await balance({
      backend: ['balance first', `server web-1 ${WEB[0]}:${nobody}`, `server web-2 ${WEB[1]}:${sound.port}`],
    })
    expect(await exchange(balancer.port, POST)).toMatch(/^HTTP\/1\.1 200 /)
    expect(body).toBe('hello')
    await balancer.program.waitForLine(
      /POST \/ .*200 from servers\/web-2 .*redispatched from web-1 \(connection refused\)/,
    )
  })

  it('sends a PUT with its body again when the server dies before answering', async () => {
    const dying = await serve(serveTcp(WEB[0], (socket) => socket.on('data', () => socket.destroy())))
    let body = ''
    const sound = await serve(
      serveHttp(WEB[1], (asked, response) => {
        asked.setEncoding('utf8').on('data', (text: string) => (body += text))
        asked.on('end', () => response.end('fine'))
      }),
    )
    const balancer = await balance({
      backend: ['balance first', `server web-1 ${WEB[0]}:${dying.port}`, `server web-2 ${WEB[1]}:${sound.port}`],
    })
    expect(await exchange(balancer.port, POST.replace('POST', 'PUT'))).toMatch(/^HTTP\/1\.1 200 /)
    expect(body).toBe('hello')
  })

  it('passes the last answer on when every retry fails', async () => {
    let asked = 0
    const sick = await serve(
      serveHttp(WEB[0], (_request, response) => {
        asked += 1
        response.writeHead(500).end(`failure ${asked}`)
      }),
    )
    const balancer = await balance({ backend: [`server web-1 ${WEB[0]}:${sick.port}`] })
    expect(await exchange(balancer.port, GET)).toMatch(/^HTTP\/1\.1 500 [^]*failure 4/)
  })

  it('retries silently on a connection that the server closed while it was idle, even without retry-on', async () => {
    let connections = 0
    const web = await serve(
      serveTcp(WEB[0], (socket) => {
        connections += 1
        let answered = false
        socket.on('data', () => {
          // The second request on a connection meets its end, as when a keep-alive time-out runs out.
          if (answered) return void socket.destroy()
          answered = true
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine')
        })
      }),
    )
    const balancer = await balance({ backend: ['retry-on none', `server web-1 ${WEB[0]}:${web.port}`] })
    const answer = await exchange(balancer.port, `GET /1 HTTP/1.1\r\nHost: a\r\n\r\n${GET}`)
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
    expect(connections).toBe(2)
  })

  it.each([
    ['503 when no server answers', [], 503],
    ['503 when there is no server', null, 503],
  ])('%s', async (_what, _lines, status) => {
    const nobody = await freePort(WEB[0])
    const balancer = await balance({ backend: _lines === null ? [] : [`server web-1 ${WEB[0]}:${nobody}`] })
    const answer = await exchange(balancer.port, GET)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toContain('<h1>503 Service Unavailable</h1>')
  })

  it('504 when a server does not answer in time', async () => {
    const silent = await serve(serveTcp(WEB[0], (socket) => socket.resume()))
    const balancer = await balance({
      defaults: ['timeout server 200ms', 'retries 0'],
      backend: [`server web-1 ${WEB[0]}:${silent.port}`],
    })
    expect(await exchange(balancer.port, GET)).toMatch(/^HTTP\/1\.1 504 /)
  })

  it('408 for a head or a body that does not come, and the server is free again', async () => {
    const web = await serve(serveHttp(WEB[0], (asked, response) => asked.resume().on('end', () => response.end())))
    const balancer = await balance({
      defaults: ['timeout http-request 200ms', 'timeout client 200ms'],
      backend: [`server web-1 ${WEB[0]}:${web.port}`],
    })
    expect(await exchange(balancer.port, 'GET / HTTP/1.1\r\nHos')).toMatch(/^HTTP\/1\.1 408 /)
    expect(await exchange(balancer.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nslow')).toMatch(
      /^HTTP\/1\.1 408 /,
    )
    expect((await stats(balancer))['web-1']?.sessions).toBe(0)
  })

  it('closes an idle client in silence', async () => {
    const web = await serve(serveHttp(WEB[0], (_request, response) => response.end()))
    const balancer = await balance({
      defaults: ['timeout http-keep-alive 100ms'],
      backend: [`server web-1 ${WEB[0]}:${web.port}`],
    })
    const answer = await exchange(balancer.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(answer.match(/HTTP\/1\.1 [0-9]{3}/g)).toEqual(['HTTP/1.1 200'])
  })
})

describe('load-balancer: servers that come and go', () => {
  it('takes a server down after `fall` bad checks and up after `rise` good ones', async () => {
    // Each check waits for its turn: the test decides what the server says, and sees what the balancer makes of it.
    const checks: ((status: number) => void)[] = []
    const web = await serve(
      serveHttp(WEB[0], (asked, response) => {
        if (asked.url === '/healthz') checks.push((status) => response.writeHead(status).end())
        else response.end('fine')
      }),
    )
    const balancer = await balance({
      defaults: ['timeout check 20s'],
      backend: [
        `server web-1 ${WEB[0]}:${web.port} check inter 200ms fastinter 20ms downinter 20ms rise 2 fall 3`,
        'option httpchk GET /healthz',
      ],
    })
    const after = async (status: number): Promise<string> => {
      const check = await eventually(
        () => checks.shift(),
        (found) => found !== undefined,
      )
      check?.(status)
      // The next check starts when the verdict on this one is in.
      await eventually(
        () => checks.length,
        (count) => count === 1,
      )
      return (await stats(balancer))['web-1']?.status ?? ''
    }
    const statuses: string[] = []
    for (const status of [200, 500, 404, 200, 500, 500, 500, 200, 503, 200, 302]) statuses.push(await after(status))
    expect(statuses).toEqual([
      'UP',
      'UP 2/3',
      'UP 1/3',
      'UP',
      'UP 2/3',
      'UP 1/3',
      'DOWN',
      'DOWN 1/2',
      'DOWN',
      'DOWN 1/2',
      'UP',
    ])
  })

  it('checks from its own address and takes only the expected statuses', async () => {
    let peer = ''
    const web = await serve(
      serveHttp(WEB[0], (asked, response) => {
        peer = asked.socket.remoteAddress ?? ''
        response.writeHead(302).end()
      }),
    )
    const balancer = await balance({
      backend: [
        'option httpchk GET /',
        'http-check expect status 200-299',
        `server web-1 ${WEB[0]}:${web.port} check inter 1s source ${BALANCER}`,
      ],
    })
    await balancer.program.waitForLine(/Server servers\/web-1 is DOWN: \/ answered 302/)
    expect(peer).toBe(BALANCER)
    expect(await exchange(balancer.port, GET)).toMatch(/^HTTP\/1\.1 503 /)
  })

  it('uses a backup only while no other server is up', async () => {
    const port = await freePort(WEB[0])
    const backup = await serve(serveHttp(WEB[1], (_request, response) => response.end('backup')))
    const balancer = await balance({
      backend: [CHECK, `server web-1 ${WEB[0]}:${port}`, `server web-2 ${WEB[1]}:${backup.port} backup`],
    })
    await balancer.program.waitForLine(/web-1 is DOWN/)
    expect(await exchange(balancer.port, GET)).toMatch(/backup$/)
    await serve(serveHttp(WEB[0], (_request, response) => response.end('active'), port))
    await balancer.program.waitForLine(/web-1 is UP/)
    expect(await exchange(balancer.port, GET)).toMatch(/active$/)
  })

  it('drains a server under load without losing a request', async () => {
    const slow = (name: string) => (_request: unknown, response: { end(text: string): void }) =>
      void setTimeout(() => response.end(`${name} `), 10)
    const servers = [
      await serve(serveHttp(WEB[0], slow('web-1'))),
      await serve(serveHttp(WEB[1], slow('web-2'))),
    ] as const
    const balancer = await balance({
      args: ['--quiet'],
      backend: [CHECK, `server web-1 ${WEB[0]}:${servers[0].port}`, `server web-2 ${WEB[1]}:${servers[1].port}`],
    })
    const running = load(balancer, '/')
    await eventually(
      () => running.outcomes.length,
      (count) => count > 30,
    )
    for (const [command, word] of [
      ['set server servers/web-1 state drain', 'DRAIN'],
      ['disable server servers/web-1', 'MAINT'],
    ] as const) {
      expect(await balancer.command(command)).toBe('\n')
      const row = await eventually(
        async () => (await stats(balancer))['web-1'],
        (found) => found?.sessions === 0,
      )
      expect(row?.status).toBe(word)
      const before = running.outcomes.length
      await eventually(
        () => running.outcomes.length,
        (count) => count > before + 40,
      )
      expect(running.outcomes.slice(before + 10)).not.toContain('200 web-1')
    }
    await balancer.command('set server servers/web-1 state ready')
    const back = running.outcomes.length
    await eventually(
      () => running.outcomes.slice(back),
      (outcomes) => outcomes.includes('200 web-1'),
    )
    await running.stop()
    expect(running.outcomes.filter((outcome) => !outcome.startsWith('200 '))).toEqual([])
  })

  it('lets requests wait for a server with maxconn, in their order, and gives up after timeout queue', async () => {
    const held: (() => void)[] = []
    const web = await serve(
      serveHttp(WEB[0], (asked, response) => {
        held.push(() => response.end(asked.url))
      }),
    )
    const balancer = await balance({
      defaults: ['timeout queue 300ms'],
      backend: [`server web-1 ${WEB[0]}:${web.port} maxconn 1`],
    })
    const ask = (path: string): Promise<string> => exchange(balancer.port, GET.replace('/', path))
    const first = ask('/1')
    await eventually(
      () => held.length,
      (count) => count === 1,
    )
    const second = ask('/2')
    await eventually(
      async () => (await stats(balancer))['web-1']?.sessions === 1 && (await balancer.command('show stat')),
      (text) => /servers,BACKEND,1,/.test(String(text)),
    )
    held[0]?.()
    expect(await first).toMatch(/\/1$/)
    await eventually(
      () => held.length,
      (count) => count === 2,
    )
    expect(await ask('/3')).toMatch(/^HTTP\/1\.1 503 /)
    held[1]?.()
    expect(await second).toMatch(/\/2$/)
  })
})

describe('load-balancer: its own end', () => {
  it('finishes what is in flight on SIGTERM, closes what is idle, accepts nothing new', async () => {
    const held: (() => void)[] = []
    const web = await serve(
      serveHttp(
        WEB[0],
        (asked, response) =>
          void (asked.url === '/held' ? held.push(() => response.end('done')) : response.end('fine')),
      ),
    )
    const balancer = await startBalancer({ backend: [`server web-1 ${WEB[0]}:${web.port}`] })
    const idle = await openSocket(balancer.port)
    idle.socket.write('GET /idle HTTP/1.1\r\nHost: a\r\n\r\n')
    await idle.waitFor(/fine/)
    const busy = await openSocket(balancer.port)
    busy.socket.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n')
    await eventually(
      () => held.length,
      (count) => count === 1,
    )
    const idleClosed = ended(idle.socket)
    const stopped = balancer.stop()
    await idleClosed
    idle.socket.destroy()
    await expect(exchange(balancer.port, GET)).rejects.toThrow(/ECONNREFUSED/)
    held[0]?.()
    expect(await busy.waitFor(/done/)).toMatch(/^HTTP\/1\.1 200 OK[^]*Connection: close\r\n/)
    busy.socket.destroy()
    await stopped
    expect(await balancer.program.exit).toEqual({ code: 0, signal: null })
  })
})

async function ended(socket: Socket): Promise<void> {
  await once(socket, 'end')
}
