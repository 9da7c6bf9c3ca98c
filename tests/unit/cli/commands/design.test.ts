import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changeLabel, LabError, NO_DESIGN, type DesignState } from '../../../../services/contract/index.ts'
import { FakeEngine } from '../../../fake-engine.ts'
import { CliHarness } from '../cli-harness.ts'

const ADD = changeLabel('addServerPair', { host: 'server-3' })
const DESIGN: DesignState = {
  ...NO_DESIGN,
  pairs: [
    { host: 'server-1', web: 'web-1', app: 'app-1' },
    { host: 'server-2', web: 'web-2', app: 'app-2' },
  ],
  balancers: [
    {
      balancer: 'lb-1',
      engine: 'builtin',
      algorithm: 'leastconn',
      servers: [
        { service: 'web-1', weight: 3, backup: false },
        { service: 'web-2', weight: 1, backup: true },
      ],
    },
  ],
}

let cli: CliHarness
let engine: FakeEngine
beforeEach(async () => {
  cli = await CliHarness.open()
  engine = new FakeEngine()
  await cli.serve(engine)
  engine.emit({ type: 'designChanged', design: DESIGN, done: null })
})
afterEach(() => cli.close())

const inputs = (): readonly unknown[] => engine.calls.map(({ command, input }) => [command, input])

describe('scale', () => {
  it('adds a pair and tells each step once', async () => {
    engine.handlers.addServerPair = () => {
      const work = { label: ADD, way: 'apply', startedAtMs: 1, step: 'health', place: 'server-3' } as const
      for (let time = 0; time < 2; time += 1)
        engine.emit({ type: 'designChanged', design: { ...DESIGN, work }, done: null })
      return { host: 'server-3', web: 'web-3', app: 'app-3' }
    }
    const { exitCode, stdout } = await cli.run('scale', 'add')
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^ {2}server-3: asking its health page\nserver-3 \(web-3, app-3\) takes its share after [\d.]+ ms\.\n$/,
      ),
    ])
    expect(JSON.parse((await cli.run('scale', 'add', '--json')).stdout)).toEqual({
      ...{ host: 'server-3', web: 'web-3', app: 'app-3' },
    })
  })

  it('removes the pair that is named, or the last one', async () => {
    engine.handlers.removeServerPair = ({ host }) => ({
      label: changeLabel('removeServerPair', { host }),
      way: 'apply',
    })
    expect((await cli.run('scale', 'remove', 'server-1')).stdout).toMatch(/^server-1 is drained and gone/)
    expect(JSON.parse((await cli.run('scale', 'remove', '--json')).stdout)).toEqual({ host: 'server-2' })
    expect(inputs()).toEqual([
      ['removeServerPair', { host: 'server-1' }],
      ['removeServerPair', { host: 'server-2' }],
    ])
  })

  it('passes on why it cannot be', async () => {
    engine.handlers.addServerPair = () => {
      throw new LabError('PAIR_LIMIT', { count: 8 })
    }
    const { exitCode, stderr } = await cli.run('scale', 'add')
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('This lab has 8 server pairs')])
  })
})

describe('balance', () => {
  it('shows how requests are shared', async () => {
    const { stdout } = await cli.run('balance')
    expect(stdout).toBe('lb-1 balances by leastconn\n  web-1  weight 3  active\n  web-2  weight 1  backup\n')
    expect(JSON.parse((await cli.run('balance', '--json')).stdout)).toMatchObject({
      balancers: [{ balancer: 'lb-1', algorithm: 'leastconn', servers: [{ service: 'web-1' }, { backup: true }] }],
    })
    expect(engine.calls).toEqual([])
  })

  it('changes what is named; what is so already is no failure', async () => {
    const done = { label: ADD, way: 'apply' } as const
    engine.handlers.setAlgorithm = () => {
      throw new LabError('DESIGN_NOTHING')
    }
    engine.handlers.applyPreset = () => done
    engine.handlers.setServerWeight = () => done
    engine.handlers.setServerBackup = () => done
    const { exitCode } = await cli.run(
      ...['balance', 'leastconn', '--preset', 'active-passive', '--weight', 'web-1=3', 'web-2=0'],
      ...['--backup', 'web-1', '--active', 'web-2'],
    )
    expect(exitCode).toBe(0)
    expect(inputs()).toEqual([
      ['setAlgorithm', { algorithm: 'leastconn' }],
      ['applyPreset', { preset: 'activePassive' }],
      ['setServerBackup', { server: 'web-2', backup: false }],
      ['setServerBackup', { server: 'web-1', backup: true }],
      ['setServerWeight', { server: 'web-1', weight: 3 }],
      ['setServerWeight', { server: 'web-2', weight: 0 }],
    ])
  })

  it.each([
    [['balance', 'fastest'], 'Allowed choices are roundrobin'],
    [['balance', '--weight', 'web-1'], 'web-1=3'],
    [['balance', '--weight', 'web-1=257'], 'web-1=3'],
    [['balance', '--preset', 'all'], 'active-active'],
  ])('refuses %j', async (args, expected) => {
    const { exitCode, stderr } = await cli.run(...args)
    expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining(expected)])
    expect(engine.calls).toEqual([])
  })
})

describe('undo and redo', () => {
  it('say what was undone and done again', async () => {
    engine.handlers.undo = () => ({ label: ADD, way: 'undo' })
    engine.handlers.redo = () => ({ label: ADD, way: 'redo' })
    expect((await cli.run('undo')).stdout).toBe('undone: Add server-3\n')
    expect((await cli.run('redo')).stdout).toBe('done again: Add server-3\n')
    expect(JSON.parse((await cli.run('undo', '--json')).stdout)).toEqual({
      ...{ way: 'undo', kind: 'addServerPair', params: { host: 'server-3' }, text: 'Add server-3' },
    })
  })
})
