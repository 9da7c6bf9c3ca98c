import { expect, it } from 'vitest'
import {
  bytesOfBase64,
  hexByte,
  hexDump,
  hexOffset,
  textOfByte,
} from '../../../../../renderer/src/panels/packets/hex-rows.ts'

it('reads base64 byte by byte', () => {
  expect([...bytesOfBase64('AP9B')]).toEqual([0, 255, 65])
})

it('writes offsets, bytes and characters', () => {
  expect([hexOffset(0), hexOffset(0x4d0), hexByte(10)]).toEqual(['0000', '04d0', '0a'])
  expect([0x41, 0x20, 0x7e, 0x7f, 0x0d, 0xe9].map(textOfByte)).toEqual(['A', ' ', '~', '·', '·', '·'])
})

it('dumps lines of 16 whose text begins in one column', () => {
  const lines = hexDump(new Uint8Array(18).fill(0x61)).split('\n')
  expect(lines[0]).toBe(`0000  ${'61 '.repeat(16)} ${'a'.repeat(16)}`)
  expect(lines[1]?.indexOf('aa')).toBe(lines[0]?.indexOf('aa'))
})
