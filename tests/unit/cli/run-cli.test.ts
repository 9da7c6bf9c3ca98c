import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeEngine } from '../../fake-engine.ts'
import { CliHarness } from './cli-harness.ts'

const COMMANDS = [
  ...['up', 'status', 'request', 'start', 'stop', 'kill', 'freeze', 'resume', 'restart', 'deploy', 'logs', 'down'],
  ...['demo', 'topologies'],
]

describe('command line', () => {
  let cli: CliHarness
  beforeEach(async () => {
    cli = await CliHarness.open()
  })
  afterEach(() => cli.close())

  it('lists its commands', async () => {
    for (const args of [[], ['--help'], ['help']]) {
      const { exitCode, stdout } = await cli.run(...args)
      expect(exitCode).toBe(0)
      for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
    }
  })

  it.each(COMMANDS)('%s --help explains it with an example', async (command) => {
    const { exitCode, stdout } = await cli.run(command, '--help')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('--json')
    expect(stdout).toContain(`npm run -s lab -- ${command}`)
  })

  it.each([[['nonsense']], [['status', '--nonsense']], [['start']], [['status', '--lab', 'x']], [['deploy']]])(
    'refuses %j with a sentence, in JSON when asked',
    async (args) => {
      const text = await cli.run(...args)
      expect(text).toMatchObject({ exitCode: 2, stdout: '' })
      expect(text.stderr).toMatch(/^Error: \S/)
      const scripted = await cli.run(...args, '--json')
      expect(scripted).toMatchObject({ exitCode: 2, stderr: '' })
      expect(JSON.parse(scripted.stdout)).toMatchObject({ error: { code: 'USAGE' } })
    },
  )

  it('says so when no lab runs', async () => {
    const { exitCode, stdout } = await cli.run('status', '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'LAB_NOT_FOUND' } })
  })

  it('lists topologies, also broken ones', async () => {
    const engine = new FakeEngine({
      listTopologies: () => [
        {
          id: 'small',
          file: '/t/small.yaml',
          opened: false,
          hosts: [{ id: 'server-1', kind: 'physical', services: [{ id: 'web-1', role: 'web-server' }] }],
          links: [],
          failure: null,
        },
        {
          id: 'broken',
          file: '/t/broken.yaml',
          opened: false,
          hosts: [],
          links: [],
          failure: { code: 'TOPOLOGY_INVALID', message: '/t/broken.yaml:3:1: no hosts', params: {} },
        },
      ],
    })
    cli.engine = engine
    const { stdout } = await cli.run('topologies', '--json')
    expect(JSON.parse(stdout)).toEqual({
      topologies: [
        { id: 'small', file: '/t/small.yaml', services: ['web-1'], error: null },
        {
          id: 'broken',
          file: '/t/broken.yaml',
          services: [],
          error: { code: 'TOPOLOGY_INVALID', message: '/t/broken.yaml:3:1: no hosts' },
        },
      ],
    })
    expect(engine.isDisposed).toBe(true)
  })
})
