import { describe, expect, it } from 'vitest'
import { STRATEGIES, type Strategy } from '../../../../services/contract/index.ts'
import {
  defaultStrategy,
  planSteps,
  spareCapacity,
  stepGroups,
  strategyInfo,
  type StrategyGround,
} from '../../../../services/engine/deploy/strategies.ts'

const BALANCED: StrategyGround = { balanced: true, servers: 2, weighted: true, noSharedPorts: null }
const ALONE: StrategyGround = { ...BALANCED, balanced: false, servers: 0 }
const HOSTS = ['server-1', 'server-2']

function words(strategy: Strategy, kept: readonly string[] = []): readonly string[] {
  return planSteps(strategy, HOSTS, BALANCED, kept).map(({ name, host }) => `${name} ${host.slice(-1)}`)
}

describe('the steps of a strategy', () => {
  it('check the release everywhere before anything is touched', () => {
    for (const strategy of STRATEGIES) expect(words(strategy).slice(0, 2)).toEqual(['check 1', 'check 2'])
  })

  it('restart stops all servers together', () => {
    expect(words('restart').slice(2, 6)).toEqual(['stop 1', 'stop 2', 'switch 1', 'switch 2'])
  })

  it('rolling has a server back before the next one is drained', () => {
    const steps = words('rolling')
    expect(steps.slice(2, 9).map((step) => step.split(' ')[0])).toEqual([
      'drain',
      'wait',
      'stop',
      'switch',
      'start',
      'health',
      'ready',
    ])
    expect(steps.indexOf('ready 1')).toBe(steps.indexOf('drain 2') - 1)
    expect(words('rolling-no-drain').join()).not.toMatch(/drain|wait/)
  })

  it('blue-green moves the requests only when both servers are well', () => {
    const steps = words('blue-green')
    expect(steps.indexOf('shift 1')).toBeGreaterThan(steps.indexOf('health 2'))
    expect(steps.join()).not.toContain('stop')
  })

  it('canary watches one server before it touches the other', () => {
    const steps = words('canary')
    expect(steps.indexOf('drain 2')).toBeGreaterThan(steps.indexOf('watch 1'))
    expect(steps.filter((step) => step.startsWith('watch'))).toHaveLength(1)
  })

  it('end what an earlier blue-green kept', () => {
    expect(words('rolling', HOSTS).slice(2, 4)).toEqual(['end-kept 1', 'end-kept 2'])
  })

  it('run together when they stand beside each other with the same name', () => {
    const steps = planSteps('blue-green', HOSTS, BALANCED)
    expect(stepGroups(steps).map((group) => group.length)).toEqual([2, 2, 2, 2, 2, 2])
    const inTurn = planSteps('rolling', HOSTS, BALANCED)
    expect(stepGroups(inTurn).map((group) => group.length)).toEqual([2, ...Array<number>(14).fill(1)])
  })
})

describe('what a lab supports', () => {
  const reasons = (ground: StrategyGround): Record<string, string | null> =>
    Object.fromEntries(STRATEGIES.map((strategy) => [strategy, strategyInfo(strategy, 2, ground).reason]))

  it('is everything behind a balancer, restart and reload alone', () => {
    expect(Object.values(reasons(BALANCED))).toEqual(Array(6).fill(null))
    expect(reasons(ALONE)).toEqual({
      restart: null,
      reload: null,
      rolling: 'no-balancer',
      'rolling-no-drain': 'no-balancer',
      'blue-green': 'no-balancer',
      canary: 'no-balancer',
    })
    expect(defaultStrategy(BALANCED)).toBe('rolling')
    expect(defaultStrategy(ALONE)).toBe('restart')
  })

  it('says why not', () => {
    expect(strategyInfo('reload', 2, { ...BALANCED, noSharedPorts: 'Not here.' })).toMatchObject({
      supported: false,
      reason: 'system',
      reasonText: 'Not here.',
    })
    expect(strategyInfo('canary', 1, { ...BALANCED, servers: 1 }).reason).toBe('one-server')
    expect(strategyInfo('canary', 2, { ...BALANCED, weighted: false }).reason).toBe('no-weights')
  })

  it('needs room: a second set, one server, or nothing', () => {
    expect([spareCapacity('blue-green', 4), spareCapacity('rolling', 4), spareCapacity('restart', 4)]).toEqual([
      1, 0.25, 0,
    ])
  })
})
