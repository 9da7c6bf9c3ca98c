import { describe, expect, it } from 'vitest'
import { readNicCommand, readNicReport } from '../../../../services/protocols/nic/read-command.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('commands', () => {
  it.each([
    { type: 'setPort', id: 1, host: 'web-1', port: 8080, transport: 'tcp', open: false },
    { type: 'hold', id: 2, traceId: TRACE },
    { type: 'holdDns', id: 3, traceId: TRACE, name: 'www.foobar.com', address: '127.0.0.1', port: null },
    { type: 'release', id: 4, holdId: 7 },
    { type: 'releaseAll', id: 5, traceId: TRACE },
    { type: 'records', id: 6, fromNo: 0, limit: 100 },
    { type: 'record', id: 7, no: 12 },
    { type: 'clear', id: 8 },
    { type: 'setRecording', id: 9, mode: 'headers', ringBytes: 2 ** 24 },
  ])('are read: $type', (command) => {
    expect(readNicCommand({ ...command, unknown: 1 })).toEqual(command)
  })

  it.each([
    ['hello', /the command must be an object/],
    [{ type: 'clear' }, /id must be/],
    [{ type: 'explode', id: 1 }, /names no command: "explode"/],
    [{ type: 'hold', id: 1, traceId: '0'.repeat(32) }, /32 small hexadecimal digits/],
    [{ type: 'holdDns', id: 1, traceId: TRACE, name: 'a', address: '8.8.8.8' }, /address must be a loopback/],
    [{ type: 'records', id: 1, fromNo: 0, limit: 1e6 }, /limit must be/],
    [{ type: 'setPort', id: 1, host: 'a', port: 1, transport: 'tcp', open: 'yes' }, /open must be true or false/],
  ])('are refused with a sentence: %j', (value, sentence) => {
    expect(() => readNicCommand(value)).toThrow(sentence)
  })
})

describe('reports', () => {
  it('are told from other messages', () => {
    expect(readNicReport({ type: 'done', id: 1 })).toEqual({ type: 'done', id: 1 })
    for (const other of [null, 'done', {}, { type: 'toString' }, { type: 7 }]) expect(readNicReport(other)).toBeNull()
  })
})
