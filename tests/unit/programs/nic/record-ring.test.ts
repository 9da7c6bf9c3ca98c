import { describe, expect, it } from 'vitest'
import { RecordRing } from '../../../../services/programs/nic/record-ring.ts'

const MIB = 1024 * 1024
const SOURCE = { id: 7, portIndex: 3, peerAddress: 0xff0a0015, peerPort: 65535, seenPort: 1 }

function bytesOf(no: number, length: number): Buffer {
  return Buffer.alloc(length, no % 251)
}

describe('the ring of records', () => {
  it('gives back what was put in', () => {
    const ring = new RecordRing(MIB)
    const no = ring.add(SOURCE, 5, true, 2 ** 52 + 1, 2 ** 40, Buffer.from('hello'), 3)
    const record = ring.get(no)
    expect(record).toEqual({
      no: 1,
      timeNs: 2 ** 52 + 1,
      kind: 5,
      out: true,
      connection: 7,
      portIndex: 3,
      peerAddress: 0xff0a0015,
      peerPort: 65535,
      seenPort: 1,
      offset: 2 ** 40,
      length: 5,
      captured: 3,
      fault: 0,
    })
    if (record !== null) expect(ring.payloadOf(record).toString()).toBe('hel')
    expect(ring.get(0)).toBeNull()
    expect(ring.get(2)).toBeNull()
  })

  it('takes a note of what a fault did, which changes nothing else', () => {
    const ring = new RecordRing(MIB)
    const no = ring.add(SOURCE, 4, true, 1, 0, null, 0)
    const before = ring.get(no)
    ring.noteFault(no, 6)
    expect(ring.get(no)).toEqual({ ...before, fault: 6 })
    ring.noteFault(no, 1)
    expect(ring.get(no)).toEqual({ ...before, fault: 1 })
    ring.noteFault(no + 1, 3)
    expect(ring.get(ring.add(SOURCE, 4, true, 2, 0, null, 0))).toMatchObject({ fault: 0 })
  })

  it('drops the oldest when payload needs the room, and every kept payload is whole', () => {
    const ring = new RecordRing(MIB)
    const lengths = [1, 40_000, 65_536, 0, 333, 12_345]
    for (let no = 1; no <= 500; no += 1) {
      const data = bytesOf(no, lengths[no % lengths.length] ?? 0)
      expect(ring.add(SOURCE, 1, false, no, 0, data, data.length)).toBe(no)
    }
    expect(ring.firstNo).toBeGreaterThan(400)
    expect(ring.dropped).toBe(ring.firstNo - 1)
    expect(ring.usedBytes).toBeLessThanOrEqual(MIB)
    for (let no = ring.firstNo; no < ring.nextNo; no += 1) {
      const record = ring.get(no)
      if (record === null) throw new Error(`record ${no} is missing`)
      expect(ring.payloadOf(record).equals(bytesOf(no, lengths[no % lengths.length] ?? 0))).toBe(true)
    }
    expect(ring.get(ring.firstNo - 1)).toBeNull()
  })

  it('drops the oldest when there are too many without payload', () => {
    const ring = new RecordRing(MIB)
    for (let no = 1; no <= 10_000; no += 1) ring.add(SOURCE, 0, false, no, 0, null, 0)
    expect(ring.nextNo - ring.firstNo).toBe(MIB / 256)
    expect(ring.get(ring.firstNo)?.timeNs).toBe(ring.firstNo)
    expect(ring.dropped).toBe(ring.firstNo - 1)
  })

  it('forgets everything but its numbers', () => {
    const ring = new RecordRing(MIB)
    ring.add(SOURCE, 0, false, 1, 0, Buffer.from('x'), 1)
    ring.clear()
    expect(ring.usedBytes).toBe(0)
    expect(ring.get(1)).toBeNull()
    expect(ring.add(SOURCE, 0, false, 2, 0, null, 0)).toBe(2)
    expect(ring.dropped).toBe(0)
  })
})
