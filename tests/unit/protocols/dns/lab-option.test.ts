import { expect, it } from 'vitest'
import { encodeQuery } from '../../../../services/protocols/dns/client.ts'
import { LAB_OPTION_CODE, labOption, readLabNote } from '../../../../services/protocols/dns/lab-option.ts'
import { decodeMessage } from '../../../../services/protocols/dns/message.ts'
import { readQuery } from '../../../../services/protocols/dns/query.ts'

const NOTE = { traceId: '0af7651916cd43dd8448eb211c80319c', waitMs: 1_500_000, ageSeconds: 12 }

const queryWith = (data: string | null): Buffer =>
  encodeQuery({
    id: 1,
    name: 'www.foobar.com',
    udpSize: 1232,
    options: data === null ? [labOption(NOTE)] : [{ code: LAB_OPTION_CODE, data: Buffer.from(data) }],
  })

it('travels in a message, which a server that knows nothing of it still reads', () => {
  const bytes = queryWith(null)
  expect(readLabNote(decodeMessage(bytes))).toEqual(NOTE)
  expect(readQuery(bytes)?.edns).toMatchObject({ udpSize: 1232 })
})

it('says nothing where it is missing or not understood', () => {
  expect(readLabNote(decodeMessage(encodeQuery({ id: 1, name: 'a' })))).toEqual({})
  expect(readLabNote(decodeMessage(queryWith('trace=xyz;wait=-1;age=')))).toEqual({})
  expect(readLabNote(decodeMessage(queryWith('age=3;;other=1')))).toEqual({ ageSeconds: 3 })
})
