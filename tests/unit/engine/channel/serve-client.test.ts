import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { LabError, type LabEvent } from '../../../../services/contract/index.ts'
import type { ClientChannel } from '../../../../services/engine/channel/client-channel.ts'
import { createLabClient, type LabClient, type LabListener } from '../../../../services/engine/channel/lab-client.ts'
import { MAX_UNANSWERED_CALLS, serveClient } from '../../../../services/engine/channel/serve-client.ts'
import { FakeEngine, fakeService } from '../../../fake-engine.ts'

/** Two ends of a channel that clones what passes, as a MessagePort does. */
function channelPair(): { readonly left: ClientChannel; readonly right: ClientChannel; close(): void } {
  const { port1, port2 } = new MessageChannel()
  const end = (port: MessagePort): ClientChannel => ({
    post: (data) => port.postMessage(data),
    on: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.on('close', listener),
  })
  return { left: end(port1), right: end(port2), close: () => port1.close() }
}

function connected(engine: FakeEngine, listener: LabListener = {}): { readonly client: LabClient; close(): void } {
  const { left, right, close } = channelPair()
  serveClient(engine, left)
  return { client: createLabClient(right, listener, () => new LabError('LAB_NOT_FOUND')), close }
}

/** Sends messages as they are and collects what comes back. */
function rawClient(engine: FakeEngine): { send(message: unknown): void; answer(): Promise<unknown>; close(): void } {
  const { left, right, close } = channelPair()
  serveClient(engine, left)
  const answers: unknown[] = []
  let wake = (): void => undefined
  right.on((data) => {
    answers.push(data)
    wake()
  })
  return {
    close,
    send: (message) => right.post(message),
    answer: async () => {
      while (answers.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return answers.shift()
    },
  }
}

describe('serveClient', () => {
  it('answers commands with their value', async () => {
    const engine = new FakeEngine({ actOnService: ({ service }) => fakeService(service, { state: 'stopped' }) })
    const { client, close } = connected(engine)
    const answer = await client.run('actOnService', { service: 'web-1', action: 'stop' })
    expect(answer).toMatchObject({ id: 'web-1', state: 'stopped' })
    expect(engine.calls).toEqual([{ command: 'actOnService', input: { service: 'web-1', action: 'stop' } }])
    close()
  })

  it('carries an expected failure with its code and parameters', async () => {
    const engine = new FakeEngine({
      stopLab: () => {
        throw new LabError('LAB_BUSY', { phase: 'starting' })
      },
    })
    const { client, close } = connected(engine)
    const failure = await client.run('stopLab', {}).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(LabError)
    expect(failure).toMatchObject({ code: 'LAB_BUSY', params: { phase: 'starting' } })
    close()
  })

  it('sends the snapshot, then every event after it', async () => {
    const engine = new FakeEngine()
    const events: LabEvent[] = []
    let wake = (): void => undefined
    const { client, close } = connected(engine, {
      onEvents: (batch) => {
        events.push(...batch)
        wake()
      },
    })
    await engine.startLab({ topology: 'small' })
    const { state } = await client.subscribe()
    expect(state.topology).toBe('small')
    engine.emit({ type: 'labPhaseChanged', phase: 'stopping' })
    while (events.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    expect(events.map(({ type, seq }) => ({ type, seq }))).toEqual([{ type: 'labPhaseChanged', seq: state.seq + 1 }])
    close()
  })

  it('refuses commands, functions and arguments that it does not know, as data', async () => {
    const engine = new FakeEngine()
    const client = rawClient(engine)
    const call = async (m: string, a: unknown[]): Promise<unknown> => {
      client.send({ t: 'q', i: '1', m, a })
      return client.answer()
    }
    const refused = { t: 's', i: '1', r: { ok: false, failure: { code: 'INPUT_INVALID' } } }
    expect(await call('run', ['formatDisk', {}])).toMatchObject(refused)
    expect(await call('run', ['__proto__', {}])).toMatchObject(refused)
    expect(await call('run', ['toString', {}])).toMatchObject(refused)
    expect(await call('run', [])).toMatchObject(refused)
    expect(await call('run', ['stopLab', 'now'])).toMatchObject(refused)
    expect(await call('run', ['stopLab', [1]])).toMatchObject(refused)
    expect(await call('constructor', [])).toMatchObject({ e: { code: 'INPUT_INVALID' } })
    expect(await call('hasOwnProperty', ['run'])).toMatchObject({ e: { code: 'INPUT_INVALID' } })
    expect(engine.calls).toEqual([])
    client.close()
  })

  it('drops what is no call and goes on', async () => {
    const engine = new FakeEngine({ listTopologies: () => [] })
    const client = rawClient(engine)
    const junk = [null, 7, 'run', [], {}, { t: 's', i: '1', r: 1 }, { t: 'q', m: 'run', a: 'x', i: '1' }]
    for (const message of junk) client.send(message)
    client.send({ t: 'q', i: '9'.repeat(65), m: 'run', a: ['listTopologies', {}] })
    client.send({ t: 'q', i: '2', m: 'run', a: ['listTopologies', {}] })
    expect(await client.answer()).toEqual({ t: 's', i: '2', r: { ok: true, value: [] } })
    expect(engine.calls).toHaveLength(1)
    client.close()
  })

  it('never sends a stack trace', async () => {
    const engine = new FakeEngine()
    engine.connect = () => ({
      functions: {
        subscribe: () => {
          throw new TypeError('secret path')
        },
        run: () => Promise.reject(new TypeError('broken')),
      },
      close: () => undefined,
    })
    const client = rawClient(engine)
    client.send({ t: 'q', i: '1', m: 'run', a: ['stopLab', {}] })
    const answers = [await client.answer()]
    client.send({ t: 'q', i: '2', m: 'subscribe', a: [] })
    answers.push(await client.answer())
    expect(answers).toMatchObject([
      { i: '1', r: { ok: false, failure: { code: 'INTERNAL' } } },
      { i: '2', e: { code: 'INTERNAL' } },
    ])
    expect(JSON.stringify(answers)).not.toContain('at ')
    expect((answers[1] as { e: unknown }).e).not.toBeInstanceOf(Error)
    client.close()
  })

  it('bounds the calls that a client may leave unanswered', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const engine = new FakeEngine({ stopLab: () => held.then(() => null) })
    const { client, close } = connected(engine)
    const calls = Array.from({ length: MAX_UNANSWERED_CALLS + 1 }, () =>
      client.run('stopLab', {}).then(
        () => 'done',
        (error: LabError) => error.code,
      ),
    )
    expect(await calls.at(-1)).toBe('INPUT_INVALID')
    release()
    expect(new Set(await Promise.all(calls.slice(0, -1)))).toEqual(new Set(['done']))
    close()
  })

  it('forgets a client that has gone, and tells waiting callers', async () => {
    const engine = new FakeEngine({ stopLab: () => new Promise<null>(() => undefined) })
    const { client, close } = connected(engine)
    await client.subscribe()
    expect(engine.clients.size).toBe(1)
    const waiting = client.run('stopLab', {}).catch((error: LabError) => error.code)
    close()
    await client.closed
    expect(await waiting).toBe('LAB_NOT_FOUND')
    await expect.poll(() => engine.clients.size).toBe(0)
  })
})
