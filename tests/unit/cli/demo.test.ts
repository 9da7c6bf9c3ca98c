import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BEGUN_DEPLOYMENT } from '../../../services/contract/index.ts'
import { FakeEngine, fakeRequest } from '../../fake-engine.ts'
import { fakeHop, fakeTrace, fakeTraceSummary } from '../../fake-network.ts'
import { CliHarness } from './cli-harness.ts'

/** What the demo says when things are not as they should be; that they are is tested with real processes. */
describe('demo', () => {
  let cli: CliHarness
  let engine: FakeEngine
  let turn: number
  beforeEach(async () => {
    cli = await CliHarness.open()
    turn = 0
    engine = new FakeEngine({ sendRequest: () => fakeRequest({ via: ['lb-1', `web-${(turn++ % 2) + 1}`] }) })
    cli.engine = engine
  })
  afterEach(() => cli.close())

  /** Every packet stands for a real one: the fake lab has none, and says that its hosts have no network cards. */
  const withoutCards = (): void => {
    const startLab = engine.startLab.bind(engine)
    engine.startLab = async (plan) => {
      await startLab(plan)
      engine.emit({ type: 'networkChanged', patch: { state: 'unsupported' } })
      return engine.state
    }
  }

  const failure = async (): Promise<string> => {
    const { exitCode, stdout } = await cli.run('demo', '--json')
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } }
    expect({ exitCode, code: error.code, isDisposed: engine.isDisposed }).toEqual({
      exitCode: 1,
      code: 'DEMO_FAILED',
      isDisposed: true,
    })
    return error.message
  }

  it('names services that are not ready', async () => {
    const startLab = engine.startLab.bind(engine)
    engine.startLab = async (plan) => {
      await startLab(plan)
      engine.emit({ type: 'serviceChanged', service: 'web-2', patch: { state: 'running' } })
      return engine.state
    }
    expect(await failure()).toContain('web-2 is running')
  })

  it('fails when a request fails', async () => {
    engine.handlers.sendRequest = () => fakeRequest({ status: 503, statusText: 'Service Unavailable', via: ['lb-1'] })
    expect(await failure()).toContain('status 503 Service Unavailable via lb-1')
  })

  it('fails when files of the page do not come', async () => {
    const missing = { path: '/style.css', status: 404, bytes: 0, totalMs: 1, via: [] }
    engine.handlers.sendRequest = () => fakeRequest({ assets: [missing] })
    expect(await failure()).toContain('/style.css')
  })

  it('fails when the servers do not answer in turn', async () => {
    engine.handlers.sendRequest = () => fakeRequest({ via: ['lb-1', 'web-1'] })
    expect(await failure()).toContain('did not answer in turn: web-1, web-1')
  })

  it('fails when the packets of a request are not seen', async () => {
    engine.emit({ type: 'networkChanged', patch: { state: 'ready' } })
    engine.handlers.readTrace = () => fakeTrace({ hops: [fakeHop('client', 'dns-1')] })
    const { sendRequest } = engine.handlers
    engine.handlers.sendRequest = async (input) => {
      engine.emit({ type: 'traceChanged', trace: fakeTraceSummary() })
      return (await sendRequest?.(input)) ?? fakeRequest()
    }
    expect(await failure()).toContain('the hops of the request were client > dns-1')
  })

  it('fails when a host keeps its old release', async () => {
    withoutCards()
    engine.handlers.deploy = ({ release }) => ({
      ...BEGUN_DEPLOYMENT,
      id: 1,
      release,
      strategy: 'rolling',
      hosts: ['server-1'],
      startedAtMs: 1,
      endedAtMs: 2,
      results: [
        {
          host: 'server-1',
          from: 'v1',
          to: 'v2',
          ok: false,
          rolledBack: true,
          outageMs: 1,
          failure: { code: 'RELEASE_BROKEN', message: 'It does not load.', params: {} },
        },
      ],
      ok: false,
    })
    expect(await failure()).toContain('server-1: It does not load.')
  })
})
