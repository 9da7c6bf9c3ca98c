import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../programs.ts'
import { BALANCER, eventually, exchange, openSocket, serveHttp, startBalancer, WEB } from './load-balancer-lab.ts'
import { balance, CHECK, endOwnedAfterEach, GET, load, serve, stats } from './load-balancer-owned.ts'

/** What the balancer does when servers come and go, and when it goes itself. */

endOwnedAfterEach()

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
