import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { MAX_PAIRS } from '../../../../services/contract/index.ts'
import {
  addBlockOf,
  planAddPair,
  planAlgorithm,
  planPreset,
  planRemovePair,
  planReset,
  planServer,
  planWorkers,
  type DesignPlan,
} from '../../../../services/engine/design/design-plans.ts'
import { workersOf } from '../../../../services/protocols/topology/edit.ts'
import { balancersOf, pairsOf, servicesOf } from '../../../../services/protocols/topology/pairs.ts'
import { parseTopology } from '../../../../services/protocols/topology/parse.ts'
import { findMistakes } from '../../../../services/protocols/topology/references.ts'
import { topologySchema, type Topology } from '../../../../services/protocols/topology/schema.ts'

async function shipped(id: string): Promise<Topology> {
  const text = await readFile(new URL(`../../../../resources/topologies/${id}.yaml`, import.meta.url), 'utf8')
  const parsed = parseTopology(text)
  if (!parsed.ok) throw new Error(parsed.mistake.detail)
  return parsed.topology
}

const distributed = await shipped('1-distributed_web_infrastructure')
const simple = await shipped('0-simple_web_stack')

/** The way there gives a topology that could stand in a file; the way back gives what was, in the same order. */
function there(topology: Topology, plan: DesignPlan): Topology {
  const after = plan.forth(topology)
  expect(topologySchema.parse(after)).toEqual(after)
  expect(findMistakes(after)).toEqual([])
  expect(JSON.stringify(plan.back(after))).toBe(JSON.stringify(topology))
  return after
}

describe('adding a pair', () => {
  it('makes one like the last, behind the same balancer', () => {
    const plan = planAddPair(distributed)
    expect([plan.pair, plan.label.text]).toEqual([{ host: 'server-3', web: 'web-3', app: 'app-3' }, 'Add server-3'])
    const after = there(distributed, plan)
    expect(Object.keys(after.hosts)).toEqual(['ns-1', 'balancer-1', 'server-1', 'server-2', 'server-3', 'database-1'])
    expect(after.hosts['server-3']).toMatchObject({
      kind: 'physical',
      address: '127.10.0.23',
      services: { 'web-3': { application: 'app-3', startAfter: ['app-3'] }, 'app-3': { database: 'db-1' } },
    })
    expect(after.hosts['balancer-1']?.services['lb-1']).toMatchObject({
      servers: [{ service: 'web-1' }, { service: 'web-2' }, { service: 'web-3', weight: 1, backup: false }],
      startWhenReady: expect.arrayContaining(['app-3', 'web-3']),
    })
  })

  it('goes on until there is no room, and gives no name or address twice', () => {
    let topology = distributed
    while (addBlockOf(topology) === null) topology = there(topology, planAddPair(topology))
    expect(pairsOf(topology)).toHaveLength(MAX_PAIRS)
    expect(() => planAddPair(topology)).toThrow(expect.objectContaining({ code: 'PAIR_LIMIT' }))
    topology = there(topology, planRemovePair(topology, 'server-5'))
    expect(planAddPair(topology).pair.host).toBe('server-9')
    // The database has .30; nobody gets an address twice.
    const addresses = Object.values(topology.hosts).map(({ address }) => address)
    expect(new Set(addresses).size).toBe(addresses.length)
  })

  it('needs one to take after', () => {
    expect(addBlockOf(simple)).toBe('no-pair')
    expect(() => planAddPair(simple)).toThrow(expect.objectContaining({ code: 'PAIR_NO_MODEL' }))
  })
})

describe('removing a pair', () => {
  it('forgets it everywhere, and brings it back where it was', () => {
    const after = there(distributed, planRemovePair(distributed, 'server-1'))
    expect(pairsOf(after).map(({ host }) => host)).toEqual(['server-2'])
    expect(JSON.stringify(after)).not.toMatch(/web-1|app-1|server-1/)
  })

  it('keeps the last one that works, and what the zone points at', () => {
    const one = planRemovePair(distributed, 'server-1').forth(distributed)
    expect(() => planRemovePair(one, 'server-2')).toThrow(expect.objectContaining({ code: 'PAIR_LAST' }))
    const passive = planPreset(distributed, undefined, 'activePassive', 'web-2').forth(distributed)
    expect(() => planRemovePair(passive, 'server-2')).toThrow(expect.objectContaining({ code: 'PAIR_LAST' }))
    expect(() => planRemovePair(distributed, 'ns-1')).toThrow(expect.objectContaining({ code: 'PAIR_UNKNOWN' }))
  })
})

describe('balancing', () => {
  it('changes algorithm, weights and parts, each with its name', () => {
    const algorithm = planAlgorithm(distributed, 'lb-1', 'leastconn')
    expect(algorithm.label.text).toBe('Balance by leastconn at lb-1')
    there(distributed, algorithm)
    const weight = planServer(distributed, { server: 'web-1' }, { weight: 3 })
    expect(weight.label.text).toBe('Weight 3 for web-1 at lb-1')
    expect(balancersOf(there(distributed, weight))[0]?.servers[0]).toMatchObject({ weight: 3, backup: false })
    there(distributed, planServer(distributed, { server: 'web-1' }, { backup: true }))
  })

  it('has two presets', () => {
    const passive = there(distributed, planPreset(distributed, undefined, 'activePassive', undefined))
    expect(balancersOf(passive)[0]?.servers.map(({ backup }) => backup)).toEqual([false, true])
    const active = planPreset(passive, undefined, 'activeActive', undefined)
    expect(JSON.stringify(there(passive, active))).toBe(JSON.stringify(distributed))
  })

  it('leaves nobody without a server', () => {
    const one = planServer(distributed, { server: 'web-1' }, { backup: true }).forth(distributed)
    expect(() => planServer(one, { server: 'web-2' }, { backup: true })).toThrow(
      expect.objectContaining({ code: 'SERVER_LAST_ACTIVE' }),
    )
    expect(() => planServer(distributed, { server: 'web-9' }, { weight: 1 })).toThrow(
      expect.objectContaining({
        code: 'SERVER_NOT_BALANCED',
        params: expect.objectContaining({ known: 'web-1, web-2' }),
      }),
    )
  })

  it('says so when there is nothing to change', () => {
    for (const plan of [
      () => planAlgorithm(distributed, undefined, 'roundrobin'),
      () => planPreset(distributed, undefined, 'activeActive', undefined),
      () => planReset(distributed, distributed),
    ])
      expect(plan).toThrow(expect.objectContaining({ code: 'DESIGN_NOTHING' }))
  })
})

describe('workers', () => {
  const setting = { workers: 3, costMs: 25, queueLimit: 4 }
  const workersAt = (topology: Topology, app: string): unknown =>
    servicesOf(topology, 'app-server').flatMap(({ id, spec }) => (id === app ? [workersOf(spec)] : []))[0]

  it('are set and taken away, at one application server', () => {
    const plan = planWorkers(distributed, 'app-2', setting)
    if (plan === null) throw new Error('nothing is planned')
    expect(plan.label.text).toBe('3 workers for app-2')
    const after = there(distributed, plan)
    expect([workersAt(after, 'app-1'), workersAt(after, 'app-2')]).toEqual([null, setting])
    const gone = planWorkers(after, 'app-2', null)
    if (gone === null) throw new Error('nothing is planned')
    expect(gone.label.text).toBe('No modelled workers for app-2')
    expect(workersAt(gone.forth(after), 'app-2')).toBeNull()
    expect(workersAt(gone.back(gone.forth(after)), 'app-2')).toEqual(setting)
  })

  it('that are so already are no change; others have none', () => {
    expect(planWorkers(distributed, 'app-1', null)).toBeNull()
    expect(() => planWorkers(distributed, 'web-1', setting)).toThrow(
      expect.objectContaining({ code: 'CAPACITY_NOT_APP', params: { service: 'web-1', known: 'app-1, app-2' } }),
    )
  })
})

describe('faults of the file', () => {
  it('go with the server that they are on, and come back with it', () => {
    const broken: Topology = {
      ...distributed,
      faults: [
        { fault: 'kill', service: 'app-1' },
        { fault: 'refuse', link: 'lb-1>web-1', direction: 'both' },
        { fault: 'unplug', host: 'server-1', direction: 'both' },
        { fault: 'latency', link: 'client>lb-1', ms: 70, jitterMs: 0, direction: 'both' },
      ],
    }
    const after = there(broken, planRemovePair(broken, 'server-1'))
    expect(after.faults?.map(({ fault }) => fault)).toEqual(['latency'])
  })
})
