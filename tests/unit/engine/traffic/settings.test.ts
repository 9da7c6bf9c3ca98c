import { describe, expect, it } from 'vitest'
import type { TrafficOrder } from '../../../../services/contract/index.ts'
import { argumentsOf, settingsOf } from '../../../../services/engine/traffic/settings.ts'

const LAB = {
  entryUrl: 'http://www.foobar.com:8080/',
  clientAddress: '127.10.0.2',
  nameServer: { address: '127.10.0.53', port: 8053 },
} as const

const order = (patch: Partial<TrafficOrder> = {}): TrafficOrder => ({ rate: 200, connections: 'keep-alive', ...patch })

describe('the settings of a run', () => {
  it('have defaults, and the front page', () => {
    expect(settingsOf(order(), LAB)).toEqual({
      rate: 200,
      rampTo: null,
      seconds: null,
      urls: [{ url: 'http://www.foobar.com:8080/', weight: 1 }],
      connections: 'keep-alive',
      slowMs: 500,
      timeoutMs: 5000,
    })
  })

  it('take paths of the site and whole addresses', () => {
    const urls = [{ url: '/guestbook', weight: 3 }, { url: 'http://127.10.0.21:8080/x?y#z' }]
    expect(settingsOf(order({ urls }), LAB).urls).toEqual([
      { url: 'http://www.foobar.com:8080/guestbook', weight: 3 },
      { url: 'http://127.10.0.21:8080/x?y', weight: 1 },
    ])
  })

  it.each<[Partial<TrafficOrder>, string]>([
    [{ urls: [{ url: 'https://www.foobar.com/' }] }, 'URL_INVALID'],
    [{ urls: [{ url: 'http://192.0.2.1/' }] }, 'URL_INVALID'],
    [{ urls: [{ url: 'http://[' }] }, 'URL_INVALID'],
    [{ rampTo: 300 }, 'INPUT_INVALID'],
  ])('refuse %j', (patch, code) => {
    expect(() => settingsOf(order(patch), LAB)).toThrow(expect.objectContaining({ code }))
  })

  it('become the command line of the generator', () => {
    const wanted = order({ seconds: 2, rampTo: 400, connections: 'new', urls: [{ url: '/a b', weight: 2 }] })
    expect(argumentsOf(settingsOf(wanted, LAB), LAB).join(' ')).toBe(
      '--rate 200 --seconds 2 --ramp-to 400 --url 2*http://www.foobar.com:8080/a%20b --dns 127.10.0.53:8053 ' +
        '--source 127.10.0.2 --new-connections --slow-ms 500 --timeout-ms 5000',
    )
  })
})
