import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Trace, TraceHop } from '../../../services/contract/index.ts'
import { BackgroundTraffic } from '../../background-traffic.ts'
import { eventually, isProcessAlive, openTestEngine, type TestEngine } from '../../engine.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'
const SIMPLE = '0-simple_web_stack'
const ENTRY = { [DISTRIBUTED]: '127.10.0.10', [SIMPLE]: '127.10.0.21' } as const

let lab: TestEngine
beforeEach(async () => void (lab = await openTestEngine()))
afterEach(() => lab.close())

function visitors(topology: keyof typeof ENTRY): BackgroundTraffic {
  return new BackgroundTraffic({
    address: ENTRY[topology],
    port: 8080,
    ratePerSecond: 200,
    paths: ['/', '/guestbook', '/assets/style.css'],
    localAddress: '127.10.0.2',
  })
}

/** Sends a request and reads its trace when it is whole. */
async function traceOf(url: string): Promise<Trace> {
  const { traceparent, failure } = await lab.run('sendRequest', { url })
  expect(failure).toBeNull()
  const traceId = traceparent.slice(3, 35)
  const { traces } = await lab.until((state) =>
    state.traces.some((trace) => trace.traceId === traceId && trace.totalMs !== null),
  )
  return lab.run('readTrace', { trace: traces.find((trace) => trace.traceId === traceId)?.id ?? 0 })
}

/** The hops of the page itself, without its files. */
function pageHops({ hops }: Trace): readonly TraceHop[] {
  return hops.filter(({ request }) => request === null || request === 0)
}

function route(hops: readonly TraceHop[]): readonly string[] {
  return hops.map(({ from, to }) => `${from}>${to}`)
}

function logOf(service: string): Promise<string> {
  return readFile(join(lab.state().workspace ?? '', 'logs', `${service}.log`), 'utf8')
}

/** Whether a server could be made to listen: not where somebody else does. */
function listens(server: Server, port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, address, () => resolve(true))
  })
}

describe('the network cards of a lab', () => {
  it('show every process its true peer', async () => {
    await lab.run('startLab', { topology: DISTRIBUTED })
    const { via } = await lab.run('sendRequest', { url: 'www.foobar.com/guestbook' })
    const [, web = '', app = ''] = via
    const host = lab.service(web).address
    await lab.run('stopLab', {})
    // The workspace stays; its logs say who called.
    const root = join(lab.options.workspacesDir, DISTRIBUTED, 'logs')
    const read = (service: string): Promise<string> => readFile(join(root, `${service}.log`), 'utf8')
    expect(await read('dns-1')).toMatch(/127\.10\.0\.2(?::|\s)/)
    expect(await read('lb-1')).toMatch(/GET \/guestbook.*127\.10\.0\.2|127\.10\.0\.2.*GET \/guestbook/)
    expect(await read(web)).toMatch(/GET \/guestbook.*127\.10\.0\.10|127\.10\.0\.10.*GET \/guestbook/)
    expect(await read(app)).toMatch(new RegExp(`guestbook.*${host}|${host}.*guestbook`))
    expect(await read('db-1')).toContain(host)
  })

  it('refuse for a process that is dead, at once, as a host without a card would', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    await lab.run('actOnService', { service: 'web-1', action: 'kill' })
    const refused = await lab.run('sendRequest', {})
    expect(refused).toMatchObject({ status: null, failure: { code: 'REQUEST_CONNECT_FAILED' } })
    await lab.run('actOnService', { service: 'web-1', action: 'start' })
    expect(await lab.run('sendRequest', {})).toMatchObject({ status: 200 })
  })

  it.each([
    [DISTRIBUTED, ['client>dns-1', 'client>lb-1', 'lb-1>web', 'web>app', 'app>db-1']],
    [SIMPLE, ['client>dns-1', 'client>web', 'web>app', 'app>db-1']],
  ] as const)('trace a page of %s whole and in order, while 200 others a second go by', async (topology, expected) => {
    await lab.run('startLab', { topology })
    const traffic = visitors(topology)
    try {
      await traceOf('www.foobar.com/guestbook')
      for (let round = 0; round < 5; round += 1) {
        const trace = await traceOf('www.foobar.com/guestbook')
        const hops = pageHops(trace)
        // The application may ask its database more than once.
        const steps = route(hops).map((step) => step.replaceAll(/(web|app)-\d/g, '$1'))
        expect([...new Set(steps)]).toEqual(expected)
        expect(trace.status).toBe(200)
        const starts = hops.map(({ startNs }) => startNs)
        expect(starts).toEqual([...starts].sort((a, b) => a - b))
        for (const hop of hops) {
          expect(hop).toMatchObject({ failed: null, attempt: 1 })
          expect(hop.endNs).toBeGreaterThan(hop.startNs)
          expect(hop.packets.length).toBeGreaterThanOrEqual(2)
        }
        // What is inside of another hop is shorter than that hop.
        for (const { parent, startNs, endNs } of hops) {
          const outer = parent === null ? null : trace.hops[parent]
          if (!outer) continue
          expect(startNs).toBeGreaterThanOrEqual(outer.startNs)
          expect(endNs).toBeLessThanOrEqual(outer.endNs ?? 0)
        }
        expect(trace.requests.map(({ url }) => new URL(url).pathname)).toContain('/assets/style.css')
        const page = await lab.run('readPackets', { filter: `trace ${trace.id}`, from: 0, limit: 500 })
        expect(page.rows.map(({ no }) => no)).toEqual(trace.packets)
      }
    } finally {
      expect((await traffic.stop()).failures).toEqual([])
    }
  })

  it('show the failed attempt and the second one of a balancer whose server has just died', async () => {
    await lab.run('startLab', { topology: DISTRIBUTED })
    await lab.until(({ backends }) => backends.length === 2 && backends.every(({ state }) => state === 'up'))
    await lab.run('actOnService', { service: 'web-1', action: 'kill' })
    // One of two requests goes to the dead server first, until the balancer's checks have noticed.
    const traces = [await traceOf('www.foobar.com/servers'), await traceOf('www.foobar.com/servers')]
    // The balancer itself tells that it was refused, a moment later: nothing of it passed a network card.
    await eventually(async () => {
      const again = await Promise.all(traces.map(({ id }) => lab.run('readTrace', { trace: id })))
      const failed = again.flatMap(({ hops }) => hops).filter((hop) => hop.failed === 'refused')
      return failed.some(({ from, to }) => from === 'lb-1' && to === 'web-1')
    })
    expect(traces.map(({ status }) => status)).toEqual([200, 200])
  })

  it('end and come back: the lab goes on', async () => {
    await lab.run('startLab', { topology: DISTRIBUTED })
    const { pid } = lab.state().network
    expect(pid).not.toBeNull()
    process.kill(pid ?? 0, 'SIGKILL')
    await lab.until(({ network }) => network.state === 'ready' && network.pid !== pid)
    expect(lab.state().network.restarts).toBe(1)
    await lab.until(({ backends }) => backends.length === 2 && backends.every(({ state }) => state === 'up'))
    const trace = await traceOf('www.foobar.com/guestbook')
    expect(trace.status).toBe(200)
    expect(lab.state().services.map(({ state }) => state)).not.toContain('failed')
    const last = lab.state().network.pid ?? 0
    await lab.run('stopLab', {})
    expect(await isProcessAlive(last)).toBe(false)
  })

  it('move with a service whose port was taken', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    await lab.run('actOnService', { service: 'web-1', action: 'stop' })
    const { address, port } = lab.service('web-1')
    // The network card closes its port when it has heard that the process is gone.
    const other = createServer()
    await eventually(() => listens(other, port, address))
    await expect(lab.run('actOnService', { service: 'web-1', action: 'start' })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
    })
    const started = await lab.run('actOnService', { service: 'web-1', action: 'start' })
    expect(started).toMatchObject({ state: 'ready', port: port + 1 })
    const result = await lab.run('sendRequest', { url: `http://www.foobar.com:${port + 1}/` })
    expect(result).toMatchObject({ status: 200 })
    await new Promise((resolve) => other.close(resolve))
  })
})

describe('the recorded packets', () => {
  beforeEach(async () => void (await lab.run('startLab', { topology: DISTRIBUTED })))

  it('are found by filters, described layer by layer, and followed as streams', async () => {
    await traceOf('www.foobar.com/guestbook')
    const dns = await lab.run('readPackets', { filter: 'dns and from client', from: 0, limit: 10 })
    expect(dns).toMatchObject({ error: null, firstIndex: 0, from: 0 })
    expect(dns.rows[0]).toMatchObject({
      from: 'client',
      to: 'dns-1',
      link: 'client>dns-1',
      protocol: 'DNS',
      kind: 'datagram',
      trace: 1,
      destination: { address: '127.10.0.53', port: 8053 },
    })
    const view = await lab.run('readPacket', { no: dns.rows[0]?.no ?? 0 })
    expect(view.layers.map(({ layer, protocol }) => [layer, protocol])).toEqual([
      ['application', 'DNS'],
      ['transport', 'UDP'],
      ['internet', 'IPv4'],
      ['link', 'Ethernet'],
    ])
    expect(Buffer.from(view.bytes, 'base64').subarray(view.payloadOffset).toString('latin1')).toContain('foobar')

    const asked = await lab.run('readPackets', {
      filter: 'link client > lb-1 and http.path contains guestbook',
      from: 0,
      limit: 1,
    })
    const stream = await lab.run('followStream', { connection: asked.rows[0]?.connection ?? 0 })
    expect(stream.chunks.map(({ from }) => from).slice(0, 2)).toEqual(['client', 'server'])
    expect(stream.chunks[0]?.text).toMatch(/^GET \/guestbook HTTP\/1\.1\r\n/)
    expect(stream.chunks[1]?.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)

    const no = asked.rows[0]?.no ?? 0
    const { index } = await lab.run('findPacket', { filter: 'http', no })
    const around = await lab.run('readPackets', { filter: 'http', from: index ?? 0, limit: 1 })
    expect(around.rows[0]?.no).toBe(no)
    const mistake = await lab.run('readPackets', { filter: 'dns and htp', from: 0, limit: 1 })
    expect(mistake).toMatchObject({ rows: [], error: { key: 'testSuggested', start: 8, end: 11 } })
  })

  it('are cleared, and not kept when the recording is off', async () => {
    await traceOf('www.foobar.com/')
    await lab.run('clearPackets', {})
    expect(lab.state().traces).toEqual([])
    const traced = await lab.run('readPackets', { filter: 'traced', from: 0, limit: 10 })
    expect(traced.rows).toEqual([])
    await traceOf('www.foobar.com/')

    const off = await lab.run('setRecording', { mode: 'off', ringBytes: 16 * 1024 * 1024 })
    expect(off).toMatchObject({ mode: 'off', ringBytes: 16 * 1024 * 1024 })
    const { endIndex } = await lab.run('readPackets', { filter: '', from: null, limit: 1 })
    expect((await lab.run('sendRequest', {})).status).toBe(200)
    expect((await lab.run('readPackets', { filter: '', from: null, limit: 1 })).endIndex).toBe(endIndex)
    await expect(lab.run('readPacket', { no: 1 })).rejects.toMatchObject({ code: 'PACKET_GONE' })
    await expect(lab.run('readTrace', { trace: 4711 })).rejects.toMatchObject({ code: 'TRACE_UNKNOWN' })
  })

  it('tell how much goes over each link', async () => {
    const traffic = visitors(DISTRIBUTED)
    await lab.until(({ network }) =>
      ['client>lb-1', 'lb-1>web-1', 'web-1>app-1', 'app-1>db-1'].every((link) =>
        network.rates.some((rate) => rate.link === link && rate.packetsPerSecond > 20),
      ),
    )
    await traffic.stop()
    await lab.until(({ network }) =>
      network.rates.some(({ link, packetsPerSecond }) => link === 'client>lb-1' && packetsPerSecond === 0),
    )
    expect(await logOf('nic')).toContain('web-1')
  })
})
