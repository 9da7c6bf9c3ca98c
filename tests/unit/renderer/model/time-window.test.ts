import { describe, expect, it } from 'vitest'
import { LIVE_MS, pan, spanOf, zoomAround, zoomTo } from '../../../../renderer/src/model/time-window.ts'

const RUN_MS = 600_000

describe('the window over a run', () => {
  it('follows the end of a long run and shows all of a short one', () => {
    expect(spanOf('live', RUN_MS)).toEqual({ from: RUN_MS - LIVE_MS, to: RUN_MS })
    expect(spanOf('live', 8000)).toEqual({ from: 0, to: 8000 })
    expect(spanOf('whole', RUN_MS)).toEqual({ from: 0, to: RUN_MS })
  })

  it('zooms to what was dragged over, in either direction, but not by a click', () => {
    expect(zoomTo(3000, 1000)).toEqual({ from: 1000, to: 3000 })
    expect(zoomTo(-500, 1000)).toEqual({ from: 0, to: 1000 })
    expect(zoomTo(1000, 1010)).toBeNull()
  })

  it('zooms around a moment that keeps its place', () => {
    expect(zoomAround({ from: 100_000, to: 200_000 }, 0.5, 125_000, RUN_MS)).toEqual({ from: 112_500, to: 162_500 })
    expect(zoomAround({ from: 100_000, to: 500_000 }, 2, 300_000, RUN_MS)).toBe('whole')
  })

  it('pans within the run and keeps its length', () => {
    expect(pan({ from: 1000, to: 3000 }, -5000, RUN_MS)).toEqual({ from: 0, to: 2000 })
    expect(pan({ from: 1000, to: 3000 }, 500, RUN_MS)).toEqual({ from: 1500, to: 3500 })
    expect(pan({ from: 1000, to: 3000 }, RUN_MS, RUN_MS)).toEqual({ from: RUN_MS - 2000, to: RUN_MS })
  })
})
