import { describe, expect, it } from 'vitest'
import { PacketView } from '../../../../services/engine/network/packet-view.ts'
import type { PacketSummary } from '../../../../services/protocols/packets/index.ts'

function packets(from: number, to: number): readonly PacketSummary[] {
  return Array.from({ length: to - from + 1 }, (_, at) => ({ no: from + at }) as PacketSummary)
}

/** Every third packet passes. */
function thirds(from: number, to: number): PacketView {
  const view = new PacketView(({ no }) => no % 3 === 0, false)
  packets(from, to).forEach((packet) => view.add(packet))
  return view
}

describe('PacketView', () => {
  it('counts positions from the first packet that passed', () => {
    const view = thirds(1, 12)
    expect([view.firstIndex, view.endIndex]).toEqual([0, 4])
    expect(view.slice(1, 2)).toEqual([6, 9])
    expect(view.slice(3, 10)).toEqual([12])
    expect(view.slice(4, 10)).toEqual([])
  })

  it('keeps positions when the oldest are forgotten', () => {
    const view = thirds(1, 12)
    view.forgetBefore(7)
    expect([view.firstIndex, view.endIndex]).toEqual([2, 4])
    expect(view.slice(0, 3)).toEqual([9])
    expect(view.slice(2, 2)).toEqual([9, 12])
    expect(view.find(9)).toBe(2)
    expect(view.find(6)).toBeNull()
    expect(view.find(10)).toBeNull()
  })

  it('keeps them also when much is forgotten, bit by bit', () => {
    const view = thirds(1, 90_000)
    for (let no = 1; no <= 60_000; no += 7_000) view.forgetBefore(no)
    view.forgetBefore(60_001)
    expect([view.firstIndex, view.endIndex]).toEqual([20_000, 30_000])
    expect(view.slice(20_000, 2)).toEqual([60_003, 60_006])
    expect(view.find(90_000)).toBe(29_999)
    view.forgetBefore(1_000_000)
    expect([view.firstIndex, view.endIndex]).toEqual([30_000, 30_000])
  })

  it('looks through everything again when it is told to', () => {
    const view = thirds(1, 9)
    view.rebuild(packets(10, 15))
    expect(view.slice(view.firstIndex, 10)).toEqual([12, 15])
  })
})
