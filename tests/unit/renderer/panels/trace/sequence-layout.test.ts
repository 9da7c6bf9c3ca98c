import { expect, it } from 'vitest'
import { layOutSequence } from '../../../../../renderer/src/panels/trace/sequence-layout.ts'
import { aHop, aTrace } from './traces.ts'

const SERVICES = [
  { id: 'db-1', role: 'database' },
  { id: 'app-1', role: 'app-server' },
  { id: 'web-2', role: 'web-server' },
  { id: 'web-1', role: 'web-server' },
  { id: 'lb-1', role: 'load-balancer' },
  { id: 'dns-1', role: 'dns' },
] as const

it('puts those who took part side by side in the order in which a request meets them', () => {
  const trace = aTrace([
    aHop({ from: 'lb-1', to: 'web-1', startNs: 10, endNs: 90, parent: 1 }),
    aHop({ from: 'client', to: 'lb-1' }),
    aHop({ from: 'client', to: 'dns-1', protocol: 'DNS' }),
    aHop({ from: 'web-1', to: 'gone-1' }),
  ])
  const names = layOutSequence(trace, SERVICES).lifelines.map(({ id }) => id)
  expect(names).toEqual(['client', 'dns-1', 'lb-1', 'web-1', 'gone-1'])
})

it('tells requests inwards and answers outwards, also in the same nanosecond', () => {
  const trace = aTrace([aHop({ startNs: 5, endNs: 50 }), aHop({ from: 'lb-1', to: 'web-1', startNs: 5, endNs: 50 })])
  const rows = layOutSequence(trace, SERVICES).rows.map(({ kind, hop }) => [kind, hop])
  expect(rows).toEqual([
    ['request', 0],
    ['request', 1],
    ['answer', 1],
    ['answer', 0],
  ])
})

it('shows a refused attempt as one arrow that nobody answers, and the next one as a whole', () => {
  const trace = aTrace([
    aHop({ from: 'lb-1', to: 'web-1', startNs: 1, endNs: 1, failed: 'refused' }),
    aHop({ from: 'lb-1', to: 'web-2', startNs: 2, endNs: 9, attempt: 2 }),
  ])
  const { rows, activations } = layOutSequence(trace, SERVICES)
  expect(rows.map(({ kind, hop }) => [kind, hop])).toEqual([
    ['request', 0],
    ['request', 1],
    ['answer', 1],
  ])
  expect(activations.some(({ hop }) => hop === 0)).toBe(false)
})

it('ends a connection that broke off with a failure', () => {
  const rows = layOutSequence(aTrace([aHop({ failed: 'reset' })]), SERVICES).rows
  expect(rows.map(({ kind }) => kind)).toEqual(['request', 'failure'])
})

it('has a row for every hold, and knows which one goes on', () => {
  const holds = [
    { no: 1, fromNs: 10, toNs: 30 },
    { no: 2, fromNs: 60, toNs: null },
  ]
  const rows = layOutSequence(aTrace([aHop({ holds, endNs: null })]), SERVICES).rows
  expect(rows).toMatchObject([{ kind: 'request' }, { kind: 'hold', heldNs: 20 }, { kind: 'hold', heldNs: null }])
})

it('lets an answer leave when it is let go, not when it is held', () => {
  const held = (toNs: number | null) =>
    layOutSequence(aTrace([aHop({ holds: [{ no: 1, fromNs: 100, toNs }] })]), SERVICES).rows
  expect(held(400)).toMatchObject([{ kind: 'request' }, { kind: 'hold' }, { kind: 'answer', atNs: 400 }])
  expect(held(null).map(({ kind }) => kind)).toEqual(['request', 'hold'])
})

it('keeps what is under way open to the last row, and sets what overlaps beside each other', () => {
  const trace = aTrace([aHop({ endNs: null }), aHop({ startNs: 10, endNs: 20 })])
  const { rows, activations } = layOutSequence(trace, SERVICES)
  const atBalancer = activations.filter(({ at }) => at === 1)
  expect(atBalancer).toMatchObject([
    { hop: 0, fromRow: 0, toRow: rows.length, depth: 0 },
    { hop: 1, fromRow: 1, toRow: 2, depth: 1 },
  ])
})
