import { describe, expect, it } from 'vitest'
import { dotsOf, STAGGER_MS } from '../../../../../renderer/src/panels/topology/packet-dots.ts'
import { packetRow } from '../packets/fixtures.ts'

const none: ReadonlySet<string> = new Set()

describe('dots of packets', () => {
  it('set off in the order of the packets, answers the other way round', () => {
    const rows = [packetRow(1), packetRow(2, { from: 'web-1', to: 'lb-1' })]
    const { dots, freeAt } = dotsOf(rows, none, 1000, 0)
    expect(dots).toEqual([
      { id: 1, link: 'lb-1>web-1', delayMs: 0, back: false, protocol: 'HTTP' },
      { id: 2, link: 'lb-1>web-1', delayMs: STAGGER_MS, back: true, protocol: 'HTTP' },
    ])
    expect(freeAt).toBe(1000 + 2 * STAGGER_MS)
    expect(dotsOf([packetRow(3)], none, 1100, freeAt).dots[0]?.delayMs).toBe(freeAt - 1100)
  })

  it('leave out what carries nothing, what goes over no link, and links where they would be noise', () => {
    const rows = [packetRow(1, { length: 0 }), packetRow(2, { link: null }), packetRow(3)]
    expect(dotsOf(rows, none, 0, 0).dots.map(({ id }) => id)).toEqual([3])
    expect(dotsOf(rows, new Set(['lb-1>web-1']), 0, 0).dots).toEqual([])
  })

  it('are not drawn later than some seconds after their packets', () => {
    const rows = Array.from({ length: 80 }, (_, no) => packetRow(no))
    const { dots } = dotsOf(rows, none, 0, 0)
    expect(dots.length).toBeLessThan(40)
    expect(dotsOf(rows, none, 0, 60_000).dots).toEqual([])
  })
})
