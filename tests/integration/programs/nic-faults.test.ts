import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdir, readlink } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { WireDirection, WireFault, WireFaultOrder, WirePlace } from '../../../services/protocols/nic/faults.ts'
import type { NicConfig } from '../../../services/protocols/nic/config.ts'
import { dial, ending, serve, TestNic, type ReportOf, type TestServer } from './nic-lab.ts'

const OUTER = '127.20.6.31'
const INNER = '127.120.6.31'
const BALANCER = '127.20.6.30'
const PORT = 20_631
const CONFIG: Partial<NicConfig> = {
  hosts: [
    { id: 'lb-1', outer: BALANCER, inner: '127.120.6.30' },
    { id: 'server-1', outer: OUTER, inner: INNER },
  ],
  ports: [
    { host: 'server-1', service: 'web-1', transport: 'tcp', port: PORT },
    { host: 'server-1', service: 'dns-1', transport: 'udp', port: PORT },
  ],
}
const HOST: WirePlace = { on: 'host', host: 'server-1' }
/** Others call it too: the tests themselves, from no host. */
const LINK: WirePlace = { on: 'link', from: 'lb-1', service: 'web-1', only: false }

let nic: TestNic
let server: TestServer
let lastFault = 0
const sockets: Socket[] = []
const datagramSockets: UdpSocket[] = []

beforeEach(async () => {
  server = await startEcho()
  nic = await TestNic.start(CONFIG)
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const socket of datagramSockets.splice(0)) socket.close()
  await nic.stop()
  await server.close()
})

function startEcho(): Promise<TestServer> {
  return serve(INNER, PORT, (socket) => socket.pipe(socket))
}

async function set(order: WireFaultOrder, place = HOST, direction: WireDirection = 'both'): Promise<number> {
  lastFault += 1
  const fault: WireFault = { fault: lastFault, place, direction, order }
  await nic.ask({ type: 'setFault', fault }, 'done')
  return lastFault
}

async function clear(fault: number): Promise<void> {
  await nic.ask({ type: 'clearFault', fault }, 'done')
}

/** What is measured of the only fault, when it fits. */
async function figures(
  fits: (figures: ReportOf<'faults'>['figures'][number]) => boolean,
): Promise<ReportOf<'faults'>['figures'][number]> {
  const report = await nic.waitFor('faults', ({ figures: [only] }) => only !== undefined && fits(only))
  const [only] = report.figures
  if (only === undefined) throw new Error('no figures')
  return only
}

async function call(from?: string): Promise<Socket> {
  const socket = await dial(OUTER, PORT, from)
  socket.setNoDelay(true)
  sockets.push(socket)
  return socket
}

/** How a connection that is asked for fails. */
function failure(from?: string): Promise<string> {
  const socket = connect({ host: OUTER, port: PORT, ...(from === undefined ? {} : { localAddress: from }) })
  sockets.push(socket)
  socket.once('connect', () => socket.write('hello'))
  return ending(socket)
}

/** Sends one message and waits until it has come back; in ms. */
async function roundTrip(socket: Socket): Promise<number> {
  const fromMs = performance.now()
  socket.write('ping')
  await once(socket, 'data')
  return performance.now() - fromMs
}

async function medianRoundTrip(socket: Socket, count = 15): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) times.push(await roundTrip(socket))
  return times.sort((a, b) => a - b)[count >> 1] ?? Number.NaN
}

/** Round trips of 32 connections, each as soon as its last one is back; in trips a second. */
async function ratePerSecond(eachTrips: number): Promise<number> {
  const all = await Promise.all(Array.from({ length: 32 }, () => call()))
  const fromMs = performance.now()
  await Promise.all(
    all.map(async (socket) => {
      for (let index = 0; index < eachTrips; index += 1) await roundTrip(socket)
      socket.destroy()
    }),
  )
  return (32 * eachTrips) / ((performance.now() - fromMs) / 1000)
}

/** How long it takes until so many bytes have come back, in ms. */
async function echoBytes(socket: Socket, bytes: number): Promise<number> {
  const fromMs = performance.now()
  let left = bytes
  const back = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left === 0) resolve()
    })
  })
  socket.write(Buffer.alloc(bytes, 'x'))
  await back
  return performance.now() - fromMs
}

/** A busy machine wakes who waits late, now and then; a fault that is wrong is wrong in every round. */
async function inAQuietRound(round: () => Promise<void>): Promise<void> {
  for (let left = 4; left > 0; left -= 1) {
    try {
      return await round()
    } catch {
      await clear(lastFault)
    }
  }
  await round()
}

describe('latency', () => {
  it('adds what was set, in the direction that was set, and is gone when it is cleared', async () => {
    const socket = await call()
    await inAQuietRound(async () => {
      const before = await medianRoundTrip(socket)
      const fault = await set({ kind: 'latency', ms: 70, jitterMs: 0 }, HOST, 'forward')
      const during = await medianRoundTrip(socket)
      expect(Math.abs(during - before - 70)).toBeLessThanOrEqual(3)
      const { delayMs } = await figures((one) => one.fault === fault && one.passed === 15)
      expect(Math.abs((delayMs ?? 0) - 70)).toBeLessThanOrEqual(3)
      await clear(fault)
      const after = await medianRoundTrip(socket)
      expect(Math.abs(after - before)).toBeLessThanOrEqual(3)
    })
    expect(nic.reports.filter(({ type }) => type === 'faults').at(-1)).toEqual({ type: 'faults', figures: [] })
  })

  it('counts both ways, and keeps the order with jitter', async () => {
    const socket = await call()
    await set({ kind: 'latency', ms: 20, jitterMs: 15 }, HOST)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    let expected = ''
    for (let index = 0; index < 50; index += 1) {
      expected += `${index} `
      socket.write(`${index} `)
      await new Promise(setImmediate)
    }
    while (text.length < expected.length) await once(socket, 'data')
    expect(text).toBe(expected)
  })

  it('lowers the throughput of 32 connections by no more than it explains', async () => {
    await inAQuietRound(async () => {
      const before = await ratePerSecond(100)
      const fault = await set({ kind: 'latency', ms: 70, jitterMs: 0 }, HOST, 'forward')
      const during = await ratePerSecond(10)
      const explained = 32 / (32 / before + 0.07)
      expect(during / explained).toBeGreaterThan(0.9)
      await clear(fault)
    })
    // A stream does not notice it but for the delay: nothing waits for an acknowledgement.
    const bytes = 8 * 1024 * 1024
    const plainMs = await echoBytes(await call(), bytes)
    await set({ kind: 'latency', ms: 300, jitterMs: 0 }, HOST, 'forward')
    const lateMs = await echoBytes(await call(), bytes)
    expect(lateMs).toBeGreaterThanOrEqual(299)
    expect(lateMs - 300).toBeLessThan(plainMs + 300)
  })
})

describe('unplug', () => {
  it('is silence: nothing arrives and nobody is told; a stream goes on when it is over', async () => {
    const socket = await call()
    expect(await roundTrip(socket)).toBeLessThan(1000)
    const fault = await set({ kind: 'unplug' })
    let heard = ''
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    socket.write('kept')
    const fresh = await call()
    fresh.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    fresh.write('new')
    // What is silent is counted: the piece of one, the connection of the other.
    await figures(({ dropped }) => dropped === 2)
    expect(heard).toBe('')
    await clear(fault)
    while (heard.length < 'keptnew'.length) await Promise.race([once(socket, 'data'), once(fresh, 'data')])
    expect(heard).toMatch(/kept/)
    expect(heard).toMatch(/new/)
  })

  it('hides the death of the process, and its port stays', async () => {
    const socket = await call()
    await roundTrip(socket)
    let end = 'none yet'
    const ended = ending(socket).then((how) => (end = how))
    const fault = await set({ kind: 'unplug' })
    await server.close()
    await nic.ask({ type: 'setPort', host: 'server-1', port: PORT, transport: 'tcp', open: false }, 'done')
    // A new connection is not refused.
    const fresh = await call()
    const freshEnd = ending(fresh)
    await figures(({ dropped }) => dropped >= 1)
    expect(end).toBe('none yet')
    await clear(fault)
    expect(await ended).toMatch(/end|ECONNRESET/)
    expect(await freshEnd).toBe('ECONNRESET')
    expect(await failure()).toBe('ECONNREFUSED')
    server = await startEcho()
  })

  it('of one link leaves the others alone', async () => {
    await set({ kind: 'unplug' }, LINK)
    const cut = await call(BALANCER)
    let heard = ''
    cut.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    cut.write('hello')
    const other = await call()
    expect(await roundTrip(other)).toBeLessThan(1000)
    await figures(({ dropped }) => dropped === 1)
    expect(heard).toBe('')
  })
})

describe('refuse', () => {
  it('of a host closes its ports: those that stand stay', async () => {
    const standing = await call()
    await roundTrip(standing)
    const fault = await set({ kind: 'refuse' })
    expect(await failure()).toBe('ECONNREFUSED')
    await roundTrip(standing)
    await clear(fault)
    await roundTrip(await call())
  })

  it('of a link resets who comes over it', async () => {
    const fault = await set({ kind: 'refuse' }, LINK)
    expect(await failure(BALANCER)).toBe('ECONNRESET')
    await roundTrip(await call())
    expect(await figures(({ refused }) => refused > 0)).toMatchObject({ refused: 1 })
    await clear(fault)
    await roundTrip(await call(BALANCER))
  })
})

describe('reset', () => {
  it('ends what stands at once, and what is new with its first bytes', async () => {
    const standing = await call()
    await roundTrip(standing)
    const ended = ending(standing)
    const fault = await set({ kind: 'reset' })
    expect(await ended).toBe('ECONNRESET')
    expect(await failure()).toBe('ECONNRESET')
    expect(await figures(({ reset }) => reset >= 2)).toMatchObject({ passed: 0 })
    await clear(fault)
    await roundTrip(await call())
  })
})

describe('bandwidth', () => {
  it('is what was set, shared by all that goes one way', async () => {
    const bytes = 200 * 1024
    const bytesPerSecond = 400 * 1024
    await set({ kind: 'bandwidth', bytesPerSecond }, HOST, 'forward')
    const times = await Promise.all([call(), call()].map(async (socket) => echoBytes(await socket, bytes)))
    const took = Math.max(...times) / 1000
    expect(took).toBeGreaterThan(0.9)
    expect((2 * bytes) / took / bytesPerSecond).toBeGreaterThan(0.8)
    const { bytesPerSecond: measured } = await figures((one) => one.bytesPerSecond !== null)
    expect(measured).toBeLessThan(bytesPerSecond * 1.2)
  })
})

describe('fail-next', () => {
  it('fails so many, then nothing more', async () => {
    await set({ kind: 'fail-next', count: 2 }, HOST, 'forward')
    expect(await failure()).toBe('ECONNRESET')
    expect(await failure()).toBe('ECONNRESET')
    await roundTrip(await call())
    expect(await figures(({ passed }) => passed > 0)).toMatchObject({ reset: 2 })
  })
})

describe('datagrams', () => {
  async function datagrams(): Promise<{ send(count: number): void; readonly heard: string[] }> {
    const far = createSocket('udp4')
    const near = createSocket('udp4')
    datagramSockets.push(far, near)
    far.on('message', (datagram, { address, port }) => far.send(datagram, port, address))
    far.bind(PORT, INNER)
    await once(far, 'listening')
    await nic.waitFor('portChanged', ({ port }) => port.transport === 'udp' && port.open)
    near.bind(0, '127.0.0.1')
    await once(near, 'listening')
    const heard: string[] = []
    near.on('message', (datagram) => heard.push(datagram.toString()))
    const send = (count: number): void => {
      for (let index = 0; index < count; index += 1) near.send(`${index}`, PORT, OUTER)
    }
    return { send, heard }
  }

  it('are really lost, as many as was set', async () => {
    const { send, heard } = await datagrams()
    const fault = await set({ kind: 'loss', percent: 50 }, HOST, 'forward')
    send(400)
    const { dropped, passed } = await figures((one) => one.dropped + one.passed === 400)
    // Five standard deviations of a binomial distribution.
    expect(Math.abs(dropped - 200)).toBeLessThan(50)
    while (heard.length < passed) await once(datagramSockets[1] as UdpSocket, 'message')
    await clear(fault)
    const lost = heard.length
    send(20)
    while (heard.length < lost + 20) await once(datagramSockets[1] as UdpSocket, 'message')
  })

  it('do not arrive while unplugged, and are late with latency', async () => {
    const { send, heard } = await datagrams()
    const unplugged = await set({ kind: 'unplug' })
    send(3)
    await figures(({ dropped }) => dropped === 3)
    await clear(unplugged)
    await set({ kind: 'latency', ms: 50, jitterMs: 0 }, HOST, 'forward')
    const fromMs = performance.now()
    send(1)
    while (heard.length < 1) await once(datagramSockets[1] as UdpSocket, 'message')
    expect(performance.now() - fromMs).toBeGreaterThanOrEqual(49)
  })
})

describe('recorded packets', () => {
  async function marks(): Promise<string[]> {
    const { records } = await nic.ask({ type: 'records', fromNo: 1, limit: 500 }, 'records')
    return records.filter(({ fault }) => fault !== null).map(({ kind, fault }) => `${kind} ${fault ?? ''}`)
  }

  it('say what a fault did to them, and nothing when it is over', async () => {
    const socket = await call(BALANCER)
    await roundTrip(socket)
    expect(await marks()).toEqual([])
    const late = await set({ kind: 'latency', ms: 5, jitterMs: 0 }, LINK, 'forward')
    await roundTrip(socket)
    expect(await marks()).toEqual(['segment delayed'])
    await clear(late)
    await roundTrip(socket)
    await nic.ask({ type: 'clear' }, 'done')
    const refused = await set({ kind: 'refuse' }, LINK)
    expect(await failure(BALANCER)).toBe('ECONNRESET')
    await clear(refused)
    expect(await marks()).toEqual(['refused refused'])
    await nic.ask({ type: 'clear' }, 'done')
    const unplugged = await set({ kind: 'unplug' }, LINK)
    socket.write('ping')
    await figures(({ dropped }) => dropped === 1)
    await call(BALANCER)
    await figures(({ dropped }) => dropped === 2)
    expect(await marks()).toEqual(['segment kept', 'handshake kept'])
    const back = once(socket, 'data')
    await clear(unplugged)
    await back
    await nic.ask({ type: 'clear' }, 'done')
    const ended = ending(socket)
    await set({ kind: 'reset' }, LINK)
    expect(await ended).toBe('ECONNRESET')
    expect(await marks()).toContain('reset reset')
  })
})

describe('every fault leaves the lab as it was', () => {
  const ORDERS: readonly WireFaultOrder[] = [
    { kind: 'unplug' },
    { kind: 'refuse' },
    { kind: 'reset' },
    { kind: 'latency', ms: 40, jitterMs: 10 },
    { kind: 'bandwidth', bytesPerSecond: 200_000 },
    { kind: 'fail-next', count: 3 },
    { kind: 'loss', percent: 30 },
  ]

  /** Open sockets of the NIC's process, by Linux; elsewhere a constant. */
  async function openSockets(): Promise<number> {
    if (process.platform !== 'linux') return 0
    const folder = `/proc/${nic.child.pid ?? 0}/fd`
    const targets = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')))
    return targets.filter((target) => target.startsWith('socket:')).length
  }

  it.each(ORDERS)('$kind', async (order) => {
    // Before anybody has called: what is open now is the NIC's own.
    const socketsBefore = await openSockets()
    await ratePerSecond(60)
    const before = await ratePerSecond(100)
    const fault = await set(order)
    // Some use while it lasts, whatever comes of it.
    const users = await Promise.allSettled(Array.from({ length: 8 }, () => call()))
    for (const user of users) if (user.status === 'fulfilled') user.value.write('during')
    await clear(fault)
    for (const user of users) if (user.status === 'fulfilled') user.value.destroy()
    // Within the noise of a machine that does other things too: half as much would be another lab.
    expect((await ratePerSecond(100)) / before).toBeGreaterThan(0.5)
    await roundTrip(await call())
    for (const socket of sockets.splice(0)) socket.destroy()
    await vi.waitFor(async () => expect(await openSockets()).toBe(socketsBefore), { timeout: 10_000 })
    expect(nic.reports.filter(({ type }) => type === 'faults').at(-1)).toEqual({ type: 'faults', figures: [] })
  })
})

it('a NIC that is started with faults has them from its first connection on', async () => {
  await nic.stop()
  const fault: WireFault = { fault: 9, place: HOST, direction: 'both', order: { kind: 'refuse' } }
  nic = await TestNic.start({ ...CONFIG, faults: [fault] })
  expect(await failure()).toBe('ECONNREFUSED')
  await clear(9)
  await roundTrip(await call())
})

it('an order that is none is answered with its place', async () => {
  const fault = { fault: 1, place: HOST, direction: 'both', order: { kind: 'latency', ms: -1, jitterMs: 0 } } as const
  const { sentence } = await nic.ask({ type: 'setFault', fault }, 'failed')
  expect(sentence).toBe('fault.order.ms must be a number from 0 to 60000; it is -1')
})
