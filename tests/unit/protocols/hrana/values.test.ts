import { describe, expect, it } from 'vitest'
import {
  decodeValue,
  encodeValue,
  isBase64,
  isInteger64,
  wireSize,
  type SqlValue,
  type WireValue,
} from '../../../../services/protocols/hrana/values.ts'

/** Through JSON, as a client would see it. */
function overTheWire(value: SqlValue): WireValue {
  return JSON.parse(JSON.stringify(encodeValue(value))) as WireValue
}

describe('values on the wire', () => {
  it.each<[SqlValue, WireValue]>([
    [null, { type: 'null' }],
    [0n, { type: 'integer', value: '0' }],
    [9223372036854775807n, { type: 'integer', value: '9223372036854775807' }],
    [-9223372036854775808n, { type: 'integer', value: '-9223372036854775808' }],
    [1.5, { type: 'float', value: 1.5 }],
    [3, { type: 'float', value: 3 }],
    ['', { type: 'text', value: '' }],
    ['a\0é😀', { type: 'text', value: 'a\0é😀' }],
    [new Uint8Array(0), { type: 'blob', base64: '' }],
    [new Uint8Array([255]), { type: 'blob', base64: '/w' }],
    [new Uint8Array([251, 255]), { type: 'blob', base64: '+/8' }],
    [new Uint8Array([1, 2, 3]), { type: 'blob', base64: 'AQID' }],
  ])('%s as %o', (value, wire) => {
    expect(overTheWire(value)).toEqual(wire)
    const back = decodeValue(wire)
    expect(back instanceof Uint8Array ? new Uint8Array(back) : back).toEqual(value)
  })

  it('carry infinity as a number too large for a double, which is JSON', () => {
    expect(JSON.stringify(encodeValue(Number.POSITIVE_INFINITY))).toBe('{"type":"float","value":1e999}')
    expect(overTheWire(Number.NEGATIVE_INFINITY)).toEqual({ type: 'float', value: Number.NEGATIVE_INFINITY })
  })

  it('encode the part of a buffer that a blob is', () => {
    const whole = new Uint8Array([0, 1, 2, 3, 0])
    expect(encodeValue(whole.subarray(1, 4))).toEqual({ type: 'blob', base64: 'AQID' })
  })

  it('take about the room that is reckoned for them', () => {
    for (const value of [null, 'x'.repeat(1000), new Uint8Array(3000), 12n])
      expect(Math.abs(wireSize(value) - JSON.stringify(encodeValue(value)).length)).toBeLessThan(32)
  })
})

describe('the check of integers', () => {
  it.each(['0', '-1', '+5', '9223372036854775807', '-9223372036854775808'])('takes %s', (text) => {
    expect(isInteger64(text)).toBe(true)
  })
  it.each(['', '1.0', '1e3', ' 1', '0x10', '9223372036854775808', '-9223372036854775809', '99999999999999999999'])(
    'rejects %j',
    (text) => {
      expect(isInteger64(text)).toBe(false)
    },
  )
})

describe('the check of base64', () => {
  it.each(['', 'AQID', 'AQ', 'AQ==', 'AQI', 'AQI='])('takes %j', (text) => {
    expect(isBase64(text)).toBe(true)
  })
  it.each(['A', 'AQIDA', 'AQ=', 'AQI==', '=', 'A-_D', 'AQ ID', 'AQ==AQ=='])('rejects %j', (text) => {
    expect(isBase64(text)).toBe(false)
  })
  it('takes a long one without exhausting the call stack', () => {
    expect(isBase64('A'.repeat(16 * 1024 * 1024))).toBe(true)
  })
})
