import { describe, expect, it } from 'vitest'
import { FAKE_PLANS, toSummary } from '../../../../renderer/src/client/fake/plans.ts'
import { summaryHosts } from '../../../../renderer/src/model/lab-hosts.ts'
import { byRole, cardHeight, layOut, type Point } from '../../../../renderer/src/model/topology-layout.ts'
import { cardSizes } from '../../../../renderer/src/panels/topology/card-sizes.ts'

const sizes = cardSizes('light')

function picture(id: string): (host: string) => Point {
  const plan = FAKE_PLANS.find((candidate) => candidate.id === id)
  if (!plan) throw new Error(`no plan ${id}`)
  const summary = toSummary(plan)
  const places = layOut(summaryHosts(summary), summary.links, sizes)
  return (host) => places.get(host) ?? { x: NaN, y: NaN }
}

describe('the layout of the distributed infrastructure', () => {
  const at = picture('1-distributed_web_infrastructure')

  it('reads from left to right: you, balancer, servers, database', () => {
    const xs = ['client', 'balancer-1', 'server-1', 'database-1'].map((host) => at(host).x)
    expect(xs).toEqual([0, 1, 2, 3].map((column) => column * (sizes.width + sizes.gapX)))
  })

  it('puts the DNS above the balancer, without touching it', () => {
    expect(at('ns-1').x).toBe(at('balancer-1').x)
    expect(at('ns-1').y + sizes.header + sizes.row).toBeLessThan(at('balancer-1').y)
  })

  it('stacks the servers around the middle line', () => {
    expect(at('server-1').x).toBe(at('server-2').x)
    const height = sizes.header + 2 * sizes.row
    expect(at('server-1').y + height + sizes.gapY).toBe(at('server-2').y)
    expect(at('server-1').y).toBe(-(at('server-2').y + height))
  })

  it('fits beside the inspector at 1366 pixels without zooming', () => {
    const { width } = sizes
    expect(at('database-1').x + width).toBeLessThanOrEqual(1366 - 292 - 2 * 16)
  })
})

it('a server that nobody asks yet stands with its like', () => {
  const plan = FAKE_PLANS.find(({ id }) => id === '1-distributed_web_infrastructure')
  if (!plan) throw new Error('no plan')
  const summary = toSummary(plan)
  const coming = {
    id: 'server-3',
    kind: 'physical',
    services: [
      { id: 'web-3', role: 'web-server' },
      { id: 'app-3', role: 'app-server' },
    ],
  } as const
  const links = [
    ...summary.links,
    { id: 'web-3>app-3', from: 'web-3', to: 'app-3', protocol: 'HTTP' },
    { id: 'app-3>db-1', from: 'app-3', to: 'db-1', protocol: 'Hrana' },
  ] as const
  const places = layOut([...summaryHosts(summary), coming], links, sizes)
  expect(places.get('server-3')?.x).toBe(places.get('server-2')?.x)
  expect(places.get('server-3')?.y).toBeGreaterThan(places.get('server-2')?.y ?? Infinity)
})

describe('the layout of the simple stack', () => {
  it('sets the browser beside the row that it opens', () => {
    const at = picture('0-simple_web_stack')
    expect(at('client').y).toBe(at('server-1').y)
    expect(at('client').x).toBeLessThan(at('server-1').x)
  })
})

it('ends on links that go round in a circle', () => {
  const host = (id: string): { id: string; kind: string; services: { id: string; role: 'web-server' }[] } => ({
    id: `host-${id}`,
    kind: 'virtual',
    services: [{ id, role: 'web-server' }],
  })
  const links = [
    { id: '1', from: 'a', to: 'b', protocol: 'HTTP' },
    { id: '2', from: 'b', to: 'a', protocol: 'HTTP' },
  ] as const
  expect(layOut([host('a'), host('b')], links, sizes).size).toBe(2)
})

it('orders the services of a host as a request passes them', () => {
  const services = [{ role: 'database' }, { role: 'app-server' }, { role: 'web-server' }] as const
  expect(byRole(services).map(({ role }) => role)).toEqual(['web-server', 'app-server', 'database'])
})

it('leaves room for a row in a card without services', () => {
  expect(cardHeight({ id: 'client', kind: 'client', services: [] }, sizes)).toBe(sizes.header + sizes.row)
})
