import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BEGUN_DEPLOYMENT, LabError } from '../../../../services/contract/index.ts'
import { FakeEngine, fakeRequest, fakeService } from '../../../fake-engine.ts'
import { CliHarness } from '../cli-harness.ts'

describe('commands for a running lab', () => {
  let cli: CliHarness
  let engine: FakeEngine

  beforeEach(async () => {
    cli = await CliHarness.open()
    engine = new FakeEngine()
  })
  afterEach(() => cli.close())

  const json = async (...args: string[]): Promise<unknown> => {
    const { stdout, stderr, exitCode } = await cli.run(...args, '--json')
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    return JSON.parse(stdout)
  }
  const served = (): Promise<void> => cli.serve(engine)

  it('status --json has exactly the documented fields', async () => {
    await served()
    expect(await json('status')).toEqual({
      topology: 'small',
      workspace: '/labs/one',
      hosts: [
        { id: 'client', address: '127.10.0.2', kind: 'client' },
        { id: 'server-1', address: '127.10.0.21', kind: 'physical' },
      ],
      services: [
        {
          ...BARE_SERVICE,
          id: 'lb-1',
          role: 'load-balancer',
          host: 'balancer-1',
          address: '127.10.0.10',
          release: null,
        },
        { ...BARE_SERVICE, id: 'web-1' },
        { ...BARE_SERVICE, id: 'web-2', host: 'server-2', address: '127.10.0.22' },
      ],
    })
  })

  it('status shows a table to a person', async () => {
    await served()
    const { stdout } = await cli.run('status')
    const lines = stdout.split('\n')
    expect(lines).toContain('Topology  small')
    expect(lines).toContain('web-2    web-server     server-2    127.10.0.22:8080  ready  4242  v1')
  })

  it('request --json has exactly the documented fields', async () => {
    engine.handlers.sendRequest = ({ url }) => fakeRequest({ url: url ?? 'front page' })
    await served()
    expect(await json('request', 'http://www.foobar.com/x')).toEqual({
      url: 'http://www.foobar.com/x',
      status: 200,
      release: 'v1',
      via: ['lb-1', 'web-1', 'app-1', 'db-1'],
      phases: { dnsMs: 1, connectMs: 2, firstByteMs: 3, totalMs: 4 },
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    })
    expect(await json('request')).toMatchObject({ url: 'front page' })
  })

  it('request fails when no answer came, and does not when the answer is an error page', async () => {
    const failure = new LabError('REQUEST_TIMED_OUT', { address: '127.10.0.10', port: 8080, seconds: 10 })
    engine.handlers.sendRequest = () =>
      fakeRequest({ status: null, failure: { code: failure.code, message: failure.message, params: failure.params } })
    await served()
    const { exitCode, stdout } = await cli.run('request', '--json')
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'REQUEST_TIMED_OUT', message: failure.message } })
    expect(exitCode).toBe(1)
    engine.handlers.sendRequest = () => fakeRequest({ status: 503, release: null, via: ['lb-1'] })
    expect(await json('request')).toMatchObject({ status: 503, release: null })
  })

  it.each(['start', 'stop', 'kill', 'freeze', 'resume', 'restart'])('%s acts on the service', async (action) => {
    engine.handlers.actOnService = ({ service }) => fakeService(service, { state: 'stopped', pid: null })
    await served()
    expect(await json(action, 'web-1')).toEqual({ ...BARE_SERVICE, id: 'web-1', state: 'stopped', pid: null })
    expect(engine.calls).toEqual([{ command: 'actOnService', input: { service: 'web-1', action } }])
  })

  it('deploy goes to all hosts, or to those that are named', async () => {
    const deployed = {
      host: 'server-1',
      from: 'v1',
      to: 'v2',
      ok: true,
      rolledBack: false,
      outageMs: 120,
      failure: null,
    }
    const deployment = {
      ...BEGUN_DEPLOYMENT,
      id: 1,
      release: 'v2',
      strategy: 'rolling' as const,
      hosts: ['server-1'],
      startedAtMs: 1,
      endedAtMs: 2,
      ok: true,
    }
    engine.handlers.deploy = () => ({ ...deployment, results: [deployed] })
    await served()
    const answer = {
      ...{ release: 'v2', strategy: 'rolling', ok: true, rolledBack: false, steps: [], traffic: null },
      hosts: [{ host: 'server-1', from: 'v1', to: 'v2', outageMs: 120 }],
    }
    expect(await json('deploy', 'v2')).toEqual(answer)
    await json('deploy', 'v2', '--to', 'server-1', 'server-2')
    expect(engine.calls.map(({ input }) => input)).toEqual([
      { release: 'v2' },
      { release: 'v2', hosts: ['server-1', 'server-2'] },
    ])
    const broken = {
      code: 'RELEASE_BROKEN',
      message: '',
      params: { release: 'v9', host: 'server-1', detail: 'x' },
    } as const
    engine.handlers.deploy = () => ({
      ...deployment,
      ok: false,
      failure: broken,
      results: [{ ...deployed, ok: false, failure: broken }],
    })
    const { exitCode, stdout } = await cli.run('deploy', 'v9', '--json')
    expect({ exitCode, error: JSON.parse(stdout) }).toMatchObject({
      exitCode: 1,
      error: { error: { code: 'RELEASE_BROKEN' } },
    })
  })

  it('logs prints the log without colours into a pipe', async () => {
    engine.handlers.readServiceFile = ({ service, file }) => ({
      path: `/labs/one/${service}.${file}`,
      text: '\u001b[32mready\u001b[0m\r\n',
      truncated: false,
    })
    await served()
    expect((await cli.run('logs', 'web-1')).stdout).toBe('ready\n')
    expect(await json('logs', 'web-1')).toMatchObject({ service: 'web-1', path: '/labs/one/web-1.log' })
  })

  it('logs --follow shows the terminal, acknowledges it, and ends well by Ctrl-C', async () => {
    engine.handlers.attachTerminal = () => {
      queueMicrotask(() => engine.clients.forEach((client) => client.onTerminalData('web-1', 'hello\r\n', true)))
      return null
    }
    engine.handlers.ackTerminal = () => null
    // Terminals are for connected clients; the fake one knows those that subscribed.
    const connect = engine.connect.bind(engine)
    engine.connect = (client) => {
      const connection = connect(client)
      connection.functions.subscribe()
      return connection
    }
    await served()
    const following = cli.start('logs', 'web-1', '--follow')
    await expect.poll(following.stdout).toBe('hello\n')
    await expect
      .poll(() => engine.calls)
      .toContainEqual({ command: 'ackTerminal', input: { service: 'web-1', chars: 7 } })
    following.pressCtrlC()
    expect(await following.done).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('down stops the lab', async () => {
    await served()
    expect(await json('down')).toEqual({ topology: 'small', stopped: true })
    expect(engine.state.phase).toBe('idle')
    const { stdout, exitCode } = await cli.run('status', '--json')
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 1, error: { code: 'LAB_NOT_FOUND' } })
  })

  it('tells failures of the lab on stderr, in one sentence', async () => {
    engine.handlers.actOnService = () => {
      throw new LabError('SERVICE_UNKNOWN', { service: 'web-9', known: 'web-1, web-2' })
    }
    await served()
    expect(await cli.run('stop', 'web-9')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Error: There is no service named "web-9" in this lab. Services: web-1, web-2.\n',
    })
  })

  it('leaves by Ctrl-C while a command is under way, and the lab goes on', async () => {
    engine.handlers.deploy = () => new Promise(() => undefined)
    await served()
    const deploying = cli.start('deploy', 'v2')
    await expect.poll(() => engine.calls.length).toBe(1)
    deploying.pressCtrlC()
    expect(await deploying.done).toMatchObject({ exitCode: 130 })
    expect(await json('status')).toMatchObject({ topology: 'small' })
  })

  it('finds the lab that is named, or says that there is none', async () => {
    await served()
    expect(await json('status', '--lab', String(process.pid))).toMatchObject({ topology: 'small' })
    expect(await cli.run('status', '--lab', '1')).toMatchObject({ exitCode: 1 })
  })
})

const BARE_SERVICE = {
  role: 'web-server',
  host: 'server-1',
  engine: 'builtin',
  state: 'ready',
  pid: 4242,
  address: '127.10.0.21',
  port: 8080,
  release: 'v1',
}
