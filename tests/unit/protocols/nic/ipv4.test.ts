import { describe, expect, it } from 'vitest'
import { formatIpv4, isLoopback, parseIpv4 } from '../../../../services/protocols/nic/ipv4.ts'

describe('IPv4 addresses', () => {
  it.each(['0.0.0.0', '127.10.0.21', '255.255.255.255', '192.168.1.2'])('go there and back: %s', (text) => {
    expect(formatIpv4(parseIpv4(text) ?? -1)).toBe(text)
  })

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '::1', '1.2.3.4 '])('are nothing else: "%s"', (text) => {
    expect(parseIpv4(text)).toBeNull()
    expect(isLoopback(text)).toBe(false)
  })

  it('are loopback in 127/8 only', () => {
    expect(isLoopback('127.255.0.1')).toBe(true)
    expect(isLoopback('128.0.0.1')).toBe(false)
  })
})
