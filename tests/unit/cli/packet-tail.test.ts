import { beforeEach, describe, expect, it } from 'vitest'
import { PacketTail } from '../../../services/cli/packet-tail.ts'
import { MAX_PAGE_ROWS, type PacketPage } from '../../../services/contract/index.ts'
import { fakePage, fakeRow } from '../../fake-network.ts'

/** A filter's packets as the engine keeps them: numbers by position, the oldest forgotten. */
class View {
  nos: number[] = []
  firstIndex = 0

  read(from: number | null, limit = MAX_PAGE_ROWS): PacketPage {
    const endIndex = this.nos.length
    const start = Math.max(this.firstIndex, from ?? endIndex - limit)
    const rows = this.nos.slice(start, start + limit).map((no) => fakeRow(no))
    return fakePage(rows, start, { firstIndex: this.firstIndex, endIndex })
  }
}

describe('PacketTail', () => {
  let view: View
  let tail: PacketTail
  beforeEach(() => {
    view = new View()
    tail = new PacketTail()
  })

  /** Reads until the end, as the command does. */
  function read(): { readonly nos: readonly number[]; readonly missed: number } {
    const nos: number[] = []
    let missed = 0
    for (;;) {
      const taken = tail.take(view.read(tail.from))
      nos.push(...taken.rows.map(({ no }) => no))
      missed += taken.missed
      if (taken.isEnd) return { nos, missed }
    }
  }
  const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

  it('begins with the newest, goes on page by page, and gives each packet once', () => {
    view.nos = numbers(1, 2001)
    tail.start(view.read(null, 1), 1200)
    expect(read()).toEqual({ nos: numbers(801, 2001), missed: 0 })
    expect(read()).toEqual({ nos: [], missed: 0 })
    view.nos.push(2001, 2002)
    expect(read()).toEqual({ nos: [2001, 2002], missed: 0 })
  })

  it('begins with nothing when nothing is wanted of the past', () => {
    view.nos = [1, 2, 3]
    tail.start(view.read(null, 1), 0)
    expect(read().nos).toEqual([])
    view.nos.push(7)
    expect(read().nos).toEqual([7])
  })

  it('finds packets that joined the filter late, before those that were given', () => {
    view.nos = [10, 20]
    tail.start(view.read(null, 1), 5)
    expect(read().nos).toEqual([10, 20])
    view.nos = [10, 15, 20, 30]
    expect(read().nos).toEqual([15, 30])
  })

  it('gives nothing from before its beginning when positions shift', () => {
    view.nos = [10, 20, 30]
    tail.start(view.read(null, 1), 2)
    expect(read().nos).toEqual([20, 30])
    view.nos = [5, 10, 20, 25, 30]
    expect(read().nos).toEqual([25])
  })

  it('goes on when packets left the filter', () => {
    view.nos = [10, 20, 30]
    tail.start(view.read(null, 1), 5)
    expect(read().nos).toEqual([10, 20, 30])
    view.nos = [30, 40]
    expect(read().nos).toEqual([40])
    view.nos = []
    expect(read().nos).toEqual([])
    view.nos = [50]
    expect(read().nos).toEqual([50])
  })

  it('counts what was dropped before it was read', () => {
    view.nos = [1, 2]
    tail.start(view.read(null, 1), 5)
    expect(read().nos).toEqual([1, 2])
    view.nos.push(3, 4, 5, 6)
    view.firstIndex = 4
    expect(read()).toEqual({ nos: [5, 6], missed: 2 })
  })

  it('begins anew when everything was cleared', () => {
    view.nos = [1, 2, 3]
    tail.start(view.read(null, 1), 5)
    read()
    view.nos = [1, 2]
    tail.forget()
    expect(read().nos).toEqual([1, 2])
  })
})
