import { describe, expect, it } from 'vitest'
import { DEFAULT_RING_BYTES, readNicConfig } from '../../../../services/protocols/nic/config.ts'

const HOST = { id: 'web-1', outer: '127.10.0.21', inner: '127.110.0.21' }
const PORT = { host: 'web-1', service: 'web-1', transport: 'tcp', port: 8080 }

describe('the configuration of the NIC', () => {
  it('is read, with full recording into 64 MiB when it says nothing else', () => {
    expect(readNicConfig({ hosts: [HOST], ports: [PORT] })).toEqual({
      hosts: [HOST],
      ports: [PORT],
      recording: 'full',
      ringBytes: DEFAULT_RING_BYTES,
      faults: [],
    })
    const udp = { ...PORT, transport: 'udp' }
    expect(
      readNicConfig({ hosts: [HOST], ports: [PORT, udp], recording: 'off', ringBytes: 2 ** 20 }).ports,
    ).toHaveLength(2)
  })

  it.each([
    [[], /^the configuration must be an object/],
    [{ ports: [] }, /^hosts must be a list; it is missing/],
    [
      { hosts: [{ ...HOST, outer: '10.0.0.1' }], ports: [] },
      /^hosts\[0\]\.outer must be a loopback address.*10\.0\.0\.1/,
    ],
    [{ hosts: [{ ...HOST, inner: '127.0.0.256' }], ports: [] }, /^hosts\[0\]\.inner/],
    [{ hosts: [{ ...HOST, inner: HOST.outer }], ports: [] }, /127\.10\.0\.21 is there twice/],
    [{ hosts: [HOST, { ...HOST, outer: '127.10.0.22', inner: '127.110.0.22' }], ports: [] }, /"web-1" is there twice/],
    [{ hosts: [HOST], ports: [{ ...PORT, host: 'web-2' }] }, /^ports\[0\]\.host "web-2" is no host/],
    [{ hosts: [HOST], ports: [PORT, PORT] }, /^ports\[1\] tcp port 8080 of web-1 is there twice/],
    [{ hosts: [HOST], ports: [{ ...PORT, transport: 'sctp' }] }, /must be "tcp" or "udp"; it is "sctp"/],
    [{ hosts: [HOST], ports: [{ ...PORT, port: 0 }] }, /^ports\[0\]\.port must be a whole number from 1 to 65535/],
    [{ hosts: [HOST], ports: [], recording: 'some' }, /^recording must be "off" or "headers" or "full"/],
    [{ hosts: [HOST], ports: [], ringBytes: 1000 }, /^ringBytes must be a whole number from 1048576/],
  ])('names what is wrong: %j', (value, sentence) => {
    expect(() => readNicConfig(value)).toThrow(sentence)
  })
})
