import { describe, expect, it } from 'vitest'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../../../services/protocols/dns/ip-address.ts'

describe('IPv4', () => {
  it('reads and writes dotted quads', () => {
    expect(parseIpv4('127.10.0.255')).toEqual(Uint8Array.of(127, 10, 0, 255))
    expect(formatIpv4(Uint8Array.of(127, 10, 0, 255))).toBe('127.10.0.255')
  })

  it.each(['10.0.0.300', '10.0.0', '10.0.0.0.1', '010.0.0.1', '10.0.0.', '0x7f.0.0.1', '', ' 10.0.0.1'])(
    'rejects "%s"',
    (text) => expect(parseIpv4(text)).toBeNull(),
  )
})

describe('IPv6', () => {
  // The spelling on the right is the one of RFC 5952.
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['fe80::', 'fe80::'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ])('reads %s and writes %s', (text, canonical) => {
    const bytes = parseIpv6(text)
    expect(bytes).toHaveLength(16)
    expect(formatIpv6(bytes ?? new Uint8Array())).toBe(canonical)
  })

  it.each([
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3.300',
  ])('rejects "%s"', (text) => expect(parseIpv6(text)).toBeNull())

  it('rejects "::" that stands for no group at all', () => expect(parseIpv6('1:2:3:4::5:6:7:8')).toBeNull())
})
