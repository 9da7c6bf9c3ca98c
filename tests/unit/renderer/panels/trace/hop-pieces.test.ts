import { expect, it } from 'vitest'
import { extentOf, piecesOf, sumsOf } from '../../../../../renderer/src/panels/trace/hop-pieces.ts'
import { aHop, aTrace, NO_TIMING } from './traces.ts'

const TIMING = { ...NO_TIMING, openNs: 5, requestNs: 10, waitNs: 70, responseNs: 20, processNs: 40 }

it('cuts a hop into opening, request, work, waiting for others, and answer', () => {
  const trace = aTrace([
    aHop({ timing: TIMING }),
    aHop({ from: 'lb-1', to: 'web-1', parent: 0, startNs: 30, endNs: 60 }),
  ])
  expect(piecesOf(trace, 0)).toEqual([
    { kind: 'open', fromNs: -5, toNs: 0 },
    { kind: 'request', fromNs: 0, toNs: 10 },
    { kind: 'process', fromNs: 10, toNs: 30 },
    { kind: 'wait', fromNs: 30, toNs: 60 },
    { kind: 'process', fromNs: 60, toNs: 80 },
    { kind: 'response', fromNs: 80, toNs: 100 },
  ])
  expect(sumsOf(trace, 0)).toEqual({ processNs: 40, networkNs: 35, heldNs: 0, totalNs: 105 })
  expect(extentOf(trace)).toEqual({ fromNs: -5, toNs: 100 })
})

it('counts held time for nobody', () => {
  const holds = [{ no: 1, fromNs: 20, toNs: 50 }]
  const trace = aTrace([aHop({ holds, timing: { ...TIMING, openNs: null, heldNs: 30 } })])
  const kinds = piecesOf(trace, 0).map(({ kind, fromNs, toNs }) => [kind, toNs - fromNs])
  expect(kinds).toEqual([
    ['request', 10],
    ['process', 10],
    ['held', 30],
    ['process', 30],
    ['response', 20],
  ])
})

it('counts the hold of an answer into the whole time of its hop', () => {
  const holds = [{ no: 1, fromNs: 100, toNs: 400 }]
  const trace = aTrace([aHop({ holds, timing: { ...NO_TIMING, heldNs: 300 } })])
  expect(sumsOf(trace, 0)).toMatchObject({ heldNs: 300, totalNs: 400 })
})

it('says nothing of what is not known yet', () => {
  const trace = aTrace([aHop({ endNs: null })], { endNs: null })
  expect(sumsOf(trace, 0)).toEqual({ processNs: null, networkNs: null, heldNs: 0, totalNs: null })
  expect(piecesOf(trace, 0)).toEqual([])
})

it('gives a refused connection no time at all', () => {
  expect(piecesOf(aTrace([aHop({ failed: 'refused', endNs: 0 })]), 0)).toEqual([])
})
