import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { NOTHING } from '../../nothing.ts'
import { freePort, startProgram, type StartedProgram } from '../../programs.ts'
import { answer, generate, listen, type RudeServer } from './traffic-lab.ts'

const SERVER = '127.40.4.21'
const CLIENT = '127.40.4.2'
const DNS = '127.40.4.53'

/** A server's listener does not close and open in no time. */
const CLOSING_MS = 10

const servers: RudeServer[] = []
const programs: StartedProgram[] = []
const folders: string[] = []
afterEach(async () => {
  await Promise.all([...servers.splice(0).map((server) => server.close()), ...programs.splice(0).map((p) => p.kill())])
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })))
})

async function serve(onRequest: (socket: Socket, head: string) => void, port = 0): Promise<RudeServer> {
  const server = await listen(SERVER, port, onRequest)
  servers.push(server)
  return server
}

const polite = (socket: Socket): void => void socket.write(answer())

describe('traffic to a server that answers', () => {
  it('sends every request that is due, over few connections from its own address, and knows who answered', async () => {
    const server = await serve(polite)
    const { result, exitCode } = await generate({
      ...{ rate: 500, seconds: 1, urls: [server.url], args: ['--source', CLIENT] },
    })
    expect(exitCode).toBe(0)
    expect(result).toMatchObject({
      ...{
        due: 500,
        sent: 500,
        succeeded: 500,
        failed: NOTHING,
        pending: 0,
        retried: 0,
        downtimeMs: 0,
        longestGapMs: 0,
      },
      ...{ releases: { v1: 500 }, servers: { 'web-1 app-1': 500 } },
    })
    // As many as were under way at once: on a busy machine that is more than a few.
    expect(server.connections.count).toBeLessThan(300)
    expect([...server.connections.from]).toEqual([CLIENT])
  })

  it('makes a new connection for each request when it is told to', async () => {
    const server = await serve((socket, head) => {
      expect(head).toContain('Connection: close')
      socket.end(answer(200, 'Connection: close\r\n'))
    })
    const { result } = await generate({ rate: 200, seconds: 1, urls: [server.url], args: ['--new-connections'] })
    expect(result).toMatchObject({ due: 200, succeeded: 200 })
    expect(server.connections.count).toBe(200)
  })

  it('mixes URLs by weight', async () => {
    const counts = { a: 0, b: 0 }
    const server = await serve((socket, head) => {
      counts[head.startsWith('GET /a ') ? 'a' : 'b'] += 1
      polite(socket)
    })
    await generate({ rate: 400, seconds: 0.5, urls: [`3*${server.url}a`, `${server.url}b`] })
    expect(counts).toEqual({ a: 150, b: 50 })
  })

  it('reads heads and bodies in pieces, chunked and up to the end of the connection, after an interim answer', async () => {
    let turn = 0
    const server = await serve((socket) => {
      // Its own: on a busy machine the next request may come while this answer is being written.
      const kind = (turn += 1) % 3
      const pieces = [
        ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20', '0 OK\r\nContent-Len', 'gth: 4\r\n\r\n12', '34'],
        ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab', 'c\r\n0\r', '\n\r\n'],
        ['HTTP/1.0 200 OK\r\n\r\nto the ', 'end'],
      ][kind]
      const write = (at: number): void => {
        const piece = pieces?.[at]
        if (piece === undefined) return kind === 2 ? void socket.end() : undefined
        socket.write(piece, () => setImmediate(() => write(at + 1)))
      }
      write(0)
    })
    const { result } = await generate({ rate: 20, seconds: 1.5, urls: [server.url] })
    expect(result).toMatchObject({ due: 30, succeeded: 30, releases: { '-': 30 } })
  })

  it('ends when it is told to: what was due before has its outcome', async () => {
    const server = await serve(polite)
    const { record, result } = await generate({
      ...{ rate: 300, urls: [server.url] },
      onReport: (live, stop) => live.due > 100 && stop(),
    })
    expect(result.due).toBeGreaterThan(100)
    expect(result).toMatchObject({ succeeded: result.due, sent: result.due, pending: 0 })
    expect(result.seconds * 300).toBeCloseTo(result.due, -1)
    expect(record.schedule.countBefore(result.seconds * 1000)).toBe(result.due)
  })
})

describe('a machine that is behind', () => {
  it('ends all the same when it is told to: what it could not send any more is told as not sent', async () => {
    const server = await serve(polite)
    let frozen = false
    const { result, exitCode } = await generate({
      ...{ rate: 2000, urls: [server.url] },
      onReport: (live, stop, pid) => {
        if (frozen || live.due < 100) return
        frozen = true
        // Two thousand requests come due while it stands still, more than are sent after the order to stop.
        process.kill(pid, 'SIGSTOP')
        stop()
        setTimeout(() => process.kill(pid, 'SIGCONT'), 1000)
      },
    })
    expect(exitCode).toBe(0)
    const unsent = result.failed.unsent ?? 0
    expect(unsent).toBeGreaterThan(500)
    expect(result).toMatchObject({ succeeded: result.due - unsent, pending: 0 })
  })
})

describe('outcomes', () => {
  it('refused: nobody listens', async () => {
    const port = await freePort(SERVER)
    const { result } = await generate({ rate: 100, seconds: 0.5, urls: [`http://${SERVER}:${port}/`] })
    expect(result).toMatchObject({ due: 50, succeeded: 0, failed: { refused: 50 }, latencyMs: null })
    expect(result.downtimeMs).toBeCloseTo(500)
    expect(result.longestGapMs).toBeCloseTo(500)
  })

  it('reset: the connection breaks before the answer is complete, or the answer is no HTTP', async () => {
    const ways = [
      (socket: Socket) => socket.resetAndDestroy(),
      (socket: Socket) => socket.end(),
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'),
      (socket: Socket) => socket.write('this is no HTTP\r\n\r\n'),
    ]
    let turn = 0
    const server = await serve((socket) => ways[turn++ % ways.length]?.(socket))
    const { result } = await generate({ rate: 100, seconds: 0.4, urls: [server.url] })
    expect(result).toMatchObject({ due: 40, succeeded: 0, failed: { reset: 40 }, retried: 0 })
  })

  it('status: 4xx and 5xx are failures with their status, 3xx are none', async () => {
    let turn = 0
    const server = await serve((socket) => socket.write(answer([200, 304, 404, 503][turn++ % 4])))
    const { result } = await generate({ rate: 100, seconds: 0.4, urls: [server.url], args: ['--new-connections'] })
    expect(result).toMatchObject({ due: 40, succeeded: 20, failed: { status: 20 }, statuses: { 404: 10, 503: 10 } })
  })

  it('timedOut: no answer in time', async () => {
    const server = await serve(() => undefined)
    const seen: number[] = []
    const { result } = await generate({
      ...{ rate: 50, seconds: 0.4, urls: [server.url], args: ['--timeout-ms', '200'] },
      onReport: (live) => void seen.push(live.nowMs),
    })
    expect(result).toMatchObject({ due: 20, succeeded: 0, failed: { timedOut: 20 }, pending: 0 })
    // Waiting for the last answers is no time in which anything was due.
    expect(seen.length).toBeGreaterThan(0)
    expect(Math.max(...seen)).toBeLessThanOrEqual(400)
  })

  it('slow: a success that took long', async () => {
    const server = await serve((socket) => void setTimeout(polite, 600, socket))
    const { result } = await generate({ rate: 20, seconds: 0.5, urls: [server.url] })
    expect(result).toMatchObject({ due: 10, succeeded: 10, slow: 10, downtimeMs: 0 })
    expect(result.latencyMs?.p50).toBeGreaterThan(595)
  })
})

describe('a kept connection that is closed while the next request is on its way', () => {
  it('costs a retry, not a failure', async () => {
    const answered = new WeakSet<Socket>()
    // Reads the second request on each connection, and closes without a byte: what a client sees of the race.
    const server = await serve((socket) => {
      if (answered.has(socket)) return void socket.destroy()
      answered.add(socket)
      polite(socket)
    })
    const { result } = await generate({ rate: 40, seconds: 1, urls: [server.url] })
    expect(result).toMatchObject({ due: 40, succeeded: 40, failed: NOTHING })
    expect(result.retried).toBeGreaterThan(15)
  })

  it('fails when the fresh connection breaks too: it is tried once', async () => {
    let requests = 0
    const server = await serve((socket) => {
      requests += 1
      if (requests === 1) polite(socket)
      else socket.destroy()
    })
    const { result } = await generate({ rate: 10, seconds: 0.2, urls: [server.url] })
    expect(result).toMatchObject({ due: 2, succeeded: 1, failed: { reset: 1 }, retried: 1 })
    expect(requests).toBe(3)
  })
})

describe('a server that stalls', () => {
  it('does not slow the schedule, and everybody who had to wait is counted (no coordinated omission)', async () => {
    const STALL_MS = 1000
    const waiting: Socket[] = []
    let stalledAt: number | null = null
    let requests = 0
    const server = await serve((socket) => {
      requests += 1
      if (requests === 100) {
        stalledAt = performance.now()
        setTimeout(() => {
          stalledAt = null
          waiting.splice(0).forEach(polite)
        }, STALL_MS)
      }
      if (stalledAt === null) polite(socket)
      else waiting.push(socket)
    })
    const { result } = await generate({ rate: 200, seconds: 2, urls: [server.url] })
    expect(result).toMatchObject({ due: 400, sent: 400, succeeded: 400 })
    // Not by the stall at least; a busy machine may be late by itself.
    expect(result.lagMs.p99).toBeLessThan(STALL_MS / 4)
    // Half of the requests were due during the stall, and waited for what was left of it: half of them more than 500 ms.
    expect(result.slow).toBeGreaterThan(70)
    expect(result.slow).toBeLessThan(130)
    expect(result.latencyMs?.p95).toBeGreaterThan(STALL_MS * 0.8)
    expect(result.latencyMs?.max).toBeGreaterThan(STALL_MS * 0.98)
  })
})

describe('an outage', () => {
  it('is as long as it was, within the resolution', async () => {
    let server = await serve(polite)
    const port = Number(new URL(server.url).port)
    let [closedAtMs, openedAtMs] = [0, 0]
    const outage = async (): Promise<void> => {
      closedAtMs = Date.now()
      await server.close()
      await new Promise((resolve) => setTimeout(resolve, 300))
      server = await serve(polite, port)
      openedAtMs = Date.now()
    }
    const outages: Promise<void>[] = []
    const { result } = await generate({
      ...{ rate: 200, seconds: 1.5, urls: [server.url] },
      onReport: (live) => void (live.due > 60 && outages.length === 0 && outages.push(outage())),
    })
    await Promise.all(outages)
    // A request that a busy machine sends late meets the server of a later moment than the one at which it was due.
    const exactMs = 2 * result.resolutionMs + result.lagMs.max + CLOSING_MS
    expect(Math.abs(result.downtimeMs - (openedAtMs - closedAtMs))).toBeLessThan(exactMs)
    expect(result.longestGapMs).toBeCloseTo(result.downtimeMs)
    expect(result.failed.refused).toBeGreaterThan(50)
  })
})

describe('names', () => {
  async function startDns(ttl: number): Promise<{ program: StartedProgram; place: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'hoplab-traffic-'))
    folders.push(folder)
    const file = join(folder, 'foobar.zone')
    await writeFile(
      file,
      `$ORIGIN foobar.com.\n$TTL ${ttl}\n@ IN SOA ns hostmaster 1 3600 600 86400 60\n@ IN NS ns\nns IN A ${DNS}\nwww IN A ${SERVER}\nout IN A 192.0.2.1\n`,
    )
    const place = `${DNS}:${await freePort(DNS)}`
    const program = startProgram('dns', ['--listen', place, '--zone', file])
    programs.push(program)
    await program.waitForLine(/ready/)
    return { program, place }
  }
  const queries = (program: StartedProgram): number => program.output().match(/A www\.foobar\.com/g)?.length ?? 0

  it('are asked of the DNS once in their time to live', async () => {
    const server = await serve(polite)
    const { program, place } = await startDns(60)
    const urls = [server.url.replace(SERVER, 'www.foobar.com')]
    const { result } = await generate({ rate: 100, seconds: 0.5, urls, args: ['--dns', place, '--source', CLIENT] })
    expect(result).toMatchObject({ due: 50, succeeded: 50 })
    await program.stop()
    expect(queries(program)).toBe(1)
  })

  it('are asked again when the time to live is over', async () => {
    const server = await serve(polite)
    const { program, place } = await startDns(1)
    const urls = [server.url.replace(SERVER, 'www.foobar.com')]
    const { result } = await generate({ rate: 20, seconds: 2.5, urls, args: ['--dns', place] })
    expect(result).toMatchObject({ due: 50, succeeded: 50 })
    await program.stop()
    expect(queries(program)).toBe(3)
  })

  it('that are not resolved are an outcome: unknown, no DNS server, an address outside of the lab', async () => {
    const { place } = await startDns(60)
    const nobody = `${DNS}:${await freePort(DNS)}`
    for (const [name, dns] of [
      ['nowhere.foobar.com', place],
      ['www.foobar.com', nobody],
      ['out.foobar.com', place],
    ] as const) {
      const { result } = await generate({ rate: 50, seconds: 0.2, urls: [`http://${name}/`], args: ['--dns', dns] })
      expect(result).toMatchObject({ due: 10, failed: { dns: 10 } })
    }
  })
})

describe('from a shell', () => {
  it('says a line a second and the result; --json the same as data', async () => {
    const server = await serve(polite)
    const args = ['--rate', '50', '--seconds', '1.5', '--url', server.url]
    const [text, json] = [startProgram('traffic', args), startProgram('traffic', [...args, '--json'])]
    programs.push(text, json)
    expect(await Promise.all([text.exit, json.exit])).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ])
    expect(text.output()).toMatch(/^ {3}1 s {5}50 due {5}50 ok {6}0 failed/)
    expect(text.output()).toContain('75 requests were due in 1.5 s: 75 succeeded, 0 failed')
    const lines = json.output().trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { second: 0, due: 50 },
      { second: 1, due: 25 },
      { result: { due: 75, succeeded: 75 } },
    ])
  })

  it.each([
    [['--rate', '5'], /--url is missing/],
    [['--rate', '2001', '--url', 'http://127.0.0.1/'], /--rate wants a number from 1 to 2000/],
    [['--rate', '5', '--url', 'http://www.foobar.com/'], /needs a DNS server/],
    [['--rate', '5', '--ramp-to', '9', '--url', 'http://127.0.0.1/'], /--ramp-to needs --seconds/],
  ])('refuses %j', async (args, sentence) => {
    const program = startProgram('traffic', args)
    expect(await program.exit).toEqual({ code: 64, signal: null })
    expect(program.output()).toMatch(sentence)
  })
})
