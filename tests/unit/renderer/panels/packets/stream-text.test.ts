import { expect, it } from 'vitest'
import { streamText } from '../../../../../renderer/src/panels/packets/stream-text.ts'

it('names who sent what, and says where bytes are missing', () => {
  const chunks = [
    { from: 'client', no: 3, timeNs: 0, text: 'GET /', length: 5, missing: 0 },
    { from: 'server', no: 9, timeNs: 0, text: 'OK', length: 2, missing: 40 },
  ] as const
  const text = streamText({ chunks, bytes: { client: 5, server: 2 }, truncated: false }, ({ from }) => from)
  expect(text).toBe('--- client (#3, 5 B)\nGET /\n[... 40 bytes ...]\n--- server (#9, 2 B)\nOK')
})
