import { describe, expect, it } from 'vitest'
import { writeCapture } from '../../../../../services/protocols/packets/pcapng/write-capture.ts'
import { get, ok, Recording } from '../lab-records.ts'

const OPTIONS = { epochNs: 1_790_000_000_000_000_000n, interfaces: [] }

interface Block {
  readonly type: number
  readonly body: Buffer
}

/** The blocks of a file; fails where the two lengths of one differ. */
function blocksOf(file: Buffer): Block[] {
  const blocks: Block[] = []
  for (let at = 0; at < file.length;) {
    const length = file.readUInt32LE(at + 4)
    expect(length % 4).toBe(0)
    expect(file.readUInt32LE(at + length - 4)).toBe(length)
    blocks.push({ type: file.readUInt32LE(at), body: file.subarray(at + 8, at + length - 4) })
    at += length
  }
  return blocks
}

function capture(recording: Recording): Block[] {
  return blocksOf(Buffer.concat([...writeCapture(recording.records, OPTIONS)]))
}

function times(blocks: readonly Block[]): bigint[] {
  return blocks
    .filter(({ type }) => type === 6)
    .map(({ body }) => (BigInt(body.readUInt32LE(4)) << 32n) | BigInt(body.readUInt32LE(8)))
}

describe('a capture', () => {
  it('describes an interface when its first packet comes, once', () => {
    const recording = new Recording()
    recording.open({ from: 'client', to: 'lb-1' }).send(get('/'))
    recording.open({ from: 'lb-1', to: 'web-1' }).send(get('/'))
    recording.open({ from: 'lb-1', to: 'web-1' }).send(get('/'))
    expect(capture(recording).map(({ type }) => type)).toEqual([0x0a0d0d0a, 1, 6, 1, 6, 6])
  })

  it('has strictly rising times, also where one record is many segments', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    connection.handshake()
    connection.send(get('/'))
    connection.answer(ok('x'.repeat(10_000)))
    const found = times(capture(recording))
    expect(found).toHaveLength(3 + 1 + Math.ceil(ok('x'.repeat(10_000)).length / 1460) + 1)
    expect(found.every((time, index) => index === 0 || time > (found[index - 1] ?? 0n))).toBe(true)
    expect(found[0]).toBe(OPTIONS.epochNs + BigInt(recording.records[0]?.timeNs ?? 0))
  })

  it('has nothing but the SYN of a connection that a pulled cable kept silent', () => {
    const recording = new Recording()
    const silent = { ...recording.open({ from: 'client', to: 'lb-1' }).handshake(), fault: 'kept' } as const
    recording.records.splice(0, 1, silent)
    expect(times(capture(recording))).toHaveLength(1)
  })

  it('has every packet once, whoever recorded it again', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    const records = [connection.handshake(), connection.send(get('/')), connection.answer(ok('x'))]
    const once = times(capture(recording)).length
    recording.records.splice(0, 3, ...records.flatMap((record) => [record, record]))
    expect(times(capture(recording))).toHaveLength(once)
  })

  it('comes in pieces, one after the other as records are read', () => {
    const recording = new Recording()
    const connection = recording.open({ from: 'client', to: 'lb-1' })
    for (let index = 0; index < 100; index += 1) connection.answer('x'.repeat(10_000))
    let read = 0
    const records = (function* () {
      for (const record of recording.records) {
        read += 1
        yield record
      }
    })()
    const pieces = writeCapture(records, OPTIONS)
    const first = pieces.next().value
    expect(read).toBeLessThan(20)
    const rest = [...pieces]
    expect(rest.length).toBeGreaterThan(10)
    expect([first, ...rest].every((piece) => piece !== undefined && piece.length < 100_000)).toBe(true)
  })
})
