import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { WireFaultOrder } from '../../../../../services/protocols/nic/faults.ts'
import { StreamWire, type StreamEnd } from '../../../../../services/programs/nic/faults/stream-wire.ts'
import { WireFaults, type ActiveFault } from '../../../../../services/programs/nic/faults/wire-faults.ts'

const PATH = { peerHost: 'lb-1', host: 'server-1', service: 'web-1' }

beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }))
afterEach(() => vi.useRealTimers())

/** What these orders are on the way into the host. */
function lying(...orders: WireFaultOrder[]): readonly ActiveFault[] {
  const faults = new WireFaults(() => undefined)
  orders.forEach((order, index) =>
    faults.set({ fault: index + 1, place: { on: 'host', host: 'server-1' }, direction: 'both', order }),
  )
  return faults.on(PATH, false)
}

/** The far end writes down what happens there, with the time. */
function farEnd(): StreamEnd & { readonly log: string[]; readonly marks: string[]; readonly delays: number[] } {
  const log: string[] = []
  const marks: string[] = []
  const delays: number[] = []
  const note = (what: string): void => void log.push(`${Math.round(performance.now())} ${what}`)
  const from = performance.now()
  return {
    log,
    marks,
    delays,
    deliver: (bytes) => {
      log.push(`${Math.round(performance.now() - from)} ${bytes.toString()}`)
      return true
    },
    deliverEnd: () => void log.push(`${Math.round(performance.now() - from)} end`),
    deliverReset: () => void log.push(`${Math.round(performance.now() - from)} reset`),
    breakOff: () => void log.push(`${Math.round(performance.now() - from)} broken off`),
    mark: (fault, delayMs) => {
      if (fault !== null) marks.push(fault)
      delays.push(Math.round(delayMs))
    },
    makeWait: () => note('wait'),
    letSend: () => note('go'),
  }
}

describe('a wire with faults', () => {
  it('delivers late and in order, the end behind the bytes', () => {
    const end = farEnd()
    const wire = new StreamWire(false, lying({ kind: 'latency', ms: 70, jitterMs: 0 }), end)
    wire.send(Buffer.from('a'))
    vi.advanceTimersByTime(30)
    wire.send(Buffer.from('b'))
    wire.sendEnd()
    expect(end.log).toEqual([])
    vi.advanceTimersByTime(200)
    expect(end.log).toEqual(['70 a', '100 b', '100 end'])
    expect(end.delays).toEqual([70, 70, 70])
  })

  it('keeps its own copy: what a chunk came in is read into again', () => {
    const end = farEnd()
    const wire = new StreamWire(false, lying({ kind: 'latency', ms: 10, jitterMs: 0 }), end)
    const chunk = Buffer.from('first')
    wire.send(chunk)
    chunk.fill('x')
    vi.advanceTimersByTime(10)
    expect(end.log).toEqual(['10 first'])
  })

  it('keeps everything while unplugged, and lets it go at once when nothing lies in the way', () => {
    const end = farEnd()
    const wire = new StreamWire(false, lying({ kind: 'unplug' }), end)
    wire.send(Buffer.from('a'))
    wire.sendReset()
    vi.advanceTimersByTime(60_000)
    expect(end.log).toEqual([])
    wire.change([])
    expect(end.log).toEqual(['60000 a', '60000 reset'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('what unplugging kept meets what lies in the way after it', () => {
    const end = farEnd()
    const wire = new StreamWire(false, lying({ kind: 'unplug' }), end)
    wire.send(Buffer.from('a'))
    wire.change(lying({ kind: 'latency', ms: 20, jitterMs: 0 }))
    vi.advanceTimersByTime(100)
    expect(end.log).toEqual(['20 a'])
  })

  it('cuts bytes for a slow line, and makes the sender wait when much is under way', () => {
    const end = farEnd()
    const makeWait = vi.spyOn(end, 'makeWait')
    const letSend = vi.spyOn(end, 'letSend')
    const deliver = vi.spyOn(end, 'deliver')
    const wire = new StreamWire(false, lying({ kind: 'bandwidth', bytesPerSecond: 1_000_000 }), end)
    expect(wire.send(Buffer.alloc(100_000))).toBe(true)
    expect(wire.send(Buffer.alloc(300_000))).toBe(false)
    expect(makeWait).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(200)
    expect(deliver.mock.calls.length).toBeGreaterThanOrEqual(19)
    expect(deliver.mock.calls.every(([bytes]) => bytes.length <= 10_000)).toBe(true)
    expect(letSend).not.toHaveBeenCalled()
    vi.advanceTimersByTime(201)
    expect(letSend).toHaveBeenCalledOnce()
  })

  it('says of each piece what is done to it', () => {
    const end = farEnd()
    const wire = new StreamWire(false, lying({ kind: 'latency', ms: 70, jitterMs: 0 }), end)
    wire.send(Buffer.from('a'))
    expect(end.marks).toEqual(['delayed'])
    wire.change(lying({ kind: 'unplug' }))
    wire.send(Buffer.from('b'))
    wire.sendEnd()
    expect(end.marks).toEqual(['delayed', 'kept', 'kept'])
    const lossy = farEnd()
    new StreamWire(false, lying({ kind: 'loss', percent: 99.999 }), lossy).send(Buffer.from('a'))
    expect(lossy.marks).toEqual(['resent'])
    const clean = farEnd()
    new StreamWire(false, lying({ kind: 'loss', percent: 0 }), clean).send(Buffer.from('a'))
    expect(clean.marks).toEqual([])
  })

  it('a fault resets the connection once, not waiting for what is under way', async () => {
    const end = farEnd()
    const wire = new StreamWire(false, lying({ kind: 'latency', ms: 70, jitterMs: 0 }), end)
    wire.send(Buffer.from('a'))
    wire.change(lying({ kind: 'fail-next', count: 1 }))
    wire.send(Buffer.from('b'))
    await Promise.resolve()
    expect(end.log).toEqual(['0 broken off'])
    expect(end.marks).toEqual(['delayed', 'reset'])
  })

  it('delivers nothing any more when its connection is over', () => {
    const end = farEnd()
    const wire = new StreamWire(false, lying({ kind: 'latency', ms: 70, jitterMs: 0 }), end)
    wire.send(Buffer.from('a'))
    wire.close()
    vi.advanceTimersByTime(100)
    expect(end.log).toEqual([])
  })
})
