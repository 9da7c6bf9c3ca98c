import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { addressPlanFor } from '../../../../services/engine/plan/addresses.ts'
import { LabPlan } from '../../../../services/engine/plan/lab-plan.ts'
import { linksOf } from '../../../../services/protocols/topology/links.ts'
import { startOrder, stopGroups } from '../../../../services/engine/plan/start-order.ts'
import { parseTopology } from '../../../../services/protocols/topology/parse.ts'

const parsed = parseTopology(
  readFileSync(
    new URL('../../../../resources/topologies/1-distributed_web_infrastructure.yaml', import.meta.url),
    'utf8',
  ),
)
if (!parsed.ok) throw new Error(parsed.mistake.detail)
const { topology } = parsed
const plan = new LabPlan(topology, addressPlanFor(topology, { addressPlan: 'loopback-range' }))

it('starts what is asked before those who ask', () => {
  const order = startOrder(plan.services).map((service) => service.id)
  expect(order).toHaveLength(7)
  for (const [earlier, later] of [
    ['db-1', 'app-1'],
    ['app-2', 'web-2'],
    ['web-1', 'lb-1'],
  ] as const)
    expect(order.indexOf(earlier)).toBeLessThan(order.indexOf(later))
})

it('stops those who ask first', () => {
  const groups = stopGroups(plan.services).map((group) => group.map((service) => service.id))
  expect(groups).toEqual([['dns-1'], ['lb-1'], ['web-1', 'web-2'], ['app-1', 'app-2'], ['db-1']])
})

it('knows who talks to whom and where visitors come in', () => {
  expect(plan.entryUrl).toBe('http://www.foobar.com:8080/')
  expect(linksOf(topology).map((link) => link.id)).toEqual([
    'client>dns-1',
    'client>lb-1',
    'lb-1>web-1',
    'lb-1>web-2',
    'web-1>app-1',
    'app-1>db-1',
    'web-2>app-2',
    'app-2>db-1',
  ])
})

it('gives every service of a system with one address a port of its own', () => {
  const single = new LabPlan(topology, addressPlanFor(topology, { addressPlan: 'single-address' }))
  const places = single.services.map((service) => `${service.address}:${service.port}`)
  expect(new Set(places).size).toBe(places.length)
  expect(new Set(single.services.map((service) => service.address))).toEqual(new Set(['127.0.0.1']))
})
