import { describe, expect, it } from 'vitest'
import { freePort } from '../../programs.ts'
import { eventually, exchange, serveHttp, serveTcp, WEB } from './load-balancer-lab.ts'
import {
  balance,
  CHECK,
  endOwnedAfterEach,
  GET,
  killed,
  load,
  POST,
  serve,
  stats,
  webServer,
} from './load-balancer-owned.ts'

/** What the balancer does when servers fail. */

endOwnedAfterEach()

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
