import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LabError, NO_RECORDING } from '../../../../services/contract/index.ts'
import { FakeEngine, fakeRequest } from '../../../fake-engine.ts'
import { fakeHop, fakeTrace, fakeTraceSummary } from '../../../fake-network.ts'
import { CliHarness } from '../cli-harness.ts'

describe('trace', () => {
  let cli: CliHarness
  let engine: FakeEngine
  beforeEach(async () => {
    cli = await CliHarness.open()
    engine = new FakeEngine({
      sendRequest: () => {
        engine.emit({ type: 'traceChanged', trace: fakeTraceSummary() })
        return fakeRequest()
      },
      readTrace: () => fakeTrace(),
    })
    await cli.serve(engine)
    engine.emit({ type: 'networkChanged', patch: { state: 'ready' } })
  })
  afterEach(() => cli.close())

  it('--json has exactly the documented fields', async () => {
    const { stdout, exitCode } = await cli.run('trace', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      id: 1,
      url: 'http://www.foobar.com:8080/',
      status: 200,
      hops: [
        {
          ...{ from: 'client', to: 'lb-1', protocol: 'HTTP', startNs: 1_000_000, endNs: 4_000_000, connection: 'new' },
          note: 'client asks for /. The address belongs to the load balancer lb-1.',
          ...{ request: 'GET /', answer: '200 OK', sql: [], attempt: 1, failed: null },
          ...{ networkNs: 600_000, processNs: 2_400_000, heldNs: 0 },
        },
      ],
      packets: [1, 2],
      startNs: 1_000_000,
      endNs: 4_000_000,
      failure: null,
    })
  })

  it('shows hops, sentences, and waiting in processes apart from the network', async () => {
    const { stdout } = await cli.run('trace')
    expect(stdout.split('\n')).toEqual([
      'Trace 1: http://www.foobar.com:8080/  200 in 3.0 ms',
      '',
      'AT      HOP            CONNECTION  REQUEST  ANSWER  NETWORK  PROCESS',
      '0.0 ms  client > lb-1  new         GET /    200 OK  0.6 ms   2.4 ms',
      '',
      '   0.5 ms  lb-1 answers client: 200 OK.',
      '',
      'Waiting in processes: lb-1 2.4 ms. On the network: 0.6 ms.',
      '',
    ])
  })

  it('waits until the files of the page are in the trace too', async () => {
    const asset = { path: '/style.css', status: 200, bytes: 1, totalMs: 1, via: [] }
    let reads = 0
    engine.handlers.sendRequest = () => {
      engine.emit({ type: 'traceChanged', trace: fakeTraceSummary() })
      return fakeRequest({ assets: [asset] })
    }
    engine.handlers.readTrace = () => {
      reads += 1
      const [page] = fakeTrace().requests
      if (page === undefined) throw new Error('a trace has a request')
      if (reads > 1)
        return fakeTrace({ requests: [page, page], hops: [fakeHop('client', 'lb-1'), fakeHop('lb-1', 'web-1')] })
      queueMicrotask(() => engine.emit({ type: 'traceChanged', trace: fakeTraceSummary({ hops: 2 }) }))
      return fakeTrace()
    }
    const { stdout } = await cli.run('trace', '--json')
    expect({ reads, hops: (JSON.parse(stdout) as { hops: unknown[] }).hops.length }).toEqual({ reads: 2, hops: 2 })
  })

  it('tells of a request without an answer what was seen of it', async () => {
    const { code, message, params } = new LabError('REQUEST_TIMED_OUT', {
      address: '127.10.0.10',
      port: 8080,
      seconds: 1,
    })
    engine.handlers.sendRequest = () => {
      engine.emit({ type: 'traceChanged', trace: fakeTraceSummary({ status: null, url: null }) })
      return fakeRequest({ status: null, failure: { code, message, params } })
    }
    engine.handlers.readTrace = () => fakeTrace({ status: null, url: null, requests: [] })
    const { stdout, exitCode } = await cli.run('trace', '--json')
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({
      exitCode: 0,
      url: 'http://www.foobar.com:8080/',
      status: null,
      failure: { code, message },
    })
    expect((await cli.run('trace')).stdout).toContain(`No answer: ${message}`)
  })

  it('lists traces and shows an earlier one', async () => {
    engine.emit({ type: 'traceChanged', trace: fakeTraceSummary({ id: 7, totalMs: null }) })
    const list = JSON.parse((await cli.run('trace', '--list', '--json')).stdout) as unknown
    const url = 'http://www.foobar.com:8080/'
    expect(list).toEqual({
      traces: [{ id: 7, url, status: 200, totalMs: null, hops: 1, failed: false, stepped: false }],
    })
    expect((await cli.run('trace', '--list')).stdout).toMatch(/^7 .*200 +under way +1 +http:/m)
    await cli.run('trace', '--id', '7')
    expect(engine.calls.at(-1)).toEqual({ command: 'readTrace', input: { trace: 7 } })
    expect(engine.calls.map(({ command }) => command)).not.toContain('sendRequest')
  })

  it('says so when there is nothing that could be shown', async () => {
    expect(await cli.run('trace', 'http://x/', '--list')).toMatchObject({ exitCode: 2 })
    expect(await cli.run('trace', '--id', 'x')).toMatchObject({ exitCode: 2 })
    engine.emit({ type: 'networkSampled', recording: { ...NO_RECORDING, mode: 'off' }, rates: [] })
    expect((await cli.run('trace')).stderr).toContain('Nothing is recorded')
    engine.emit({ type: 'networkChanged', patch: { state: 'failed' } })
    expect(JSON.parse((await cli.run('trace', '--json')).stdout)).toMatchObject({ error: { code: 'NETWORK_OFF' } })
    expect(engine.calls).toEqual([])
  })
})
