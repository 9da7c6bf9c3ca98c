import { createBirpc, type BirpcReturn } from 'birpc'
import { afterEach, describe, expect, it } from 'vitest'
import { reactive } from 'vue'
import { createLiveClient } from '../../../../renderer/src/client/live-client.ts'
import {
  EMPTY_LAB,
  foldEvent,
  type ClientFunctions,
  type LabEvent,
  type LabState,
  type Subscription,
} from '../../../../services/contract/index.ts'

type Calls = { command: string; input: unknown }[]

/** The other end of a port: an engine that answers what it is told to. */
class Engine {
  readonly calls: Calls = []
  state: LabState = EMPTY_LAB
  answer: (command: string) => unknown = () => ({ ok: true, value: null })
  onSubscribe: () => void = () => undefined
  readonly page: MessagePort
  readonly client: BirpcReturn<ClientFunctions, object, false>
  readonly #port: MessagePort

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.page = port1
    this.#port = port2
    const functions = {
      subscribe: (): Subscription => {
        const subscription = { state: this.state, recent: [] }
        this.onSubscribe()
        return subscription
      },
      run: (command: string, input: unknown) => {
        this.calls.push({ command, input })
        return this.answer(command)
      },
    }
    this.client = createBirpc<ClientFunctions, object, false>(functions, {
      proxify: false,
      post: (data) => port2.postMessage(data),
      on: (listener) => {
        port2.onmessage = ({ data }) => listener(data)
      },
    })
  }

  emit(event: Omit<Extract<LabEvent, { type: 'labPhaseChanged' }>, 'seq' | 'atMs'>): void {
    const numbered = { ...event, seq: this.state.seq + 1, atMs: 1 }
    this.state = foldEvent(this.state, numbered)
    void this.client.$callEvent('onEvents', [numbered])
  }

  close(): void {
    this.#port.close()
  }
}

class Shell {
  engine: Engine | null = new Engine()
  restarted: () => void = () => undefined
  gone: () => void = () => undefined
  readonly source = {
    receiveEnginePort: (): Promise<MessagePort> =>
      this.engine ? Promise.resolve(this.engine.page) : Promise.reject(new Error('gone')),
    onEngineRestarted: (listener: () => void) => {
      this.restarted = listener
      return () => undefined
    },
    onEngineGone: (listener: () => void) => {
      this.gone = listener
      return () => undefined
    },
  }

  get living(): Engine {
    if (this.engine === null) throw new Error('there is no engine')
    return this.engine
  }
}

describe('live client', () => {
  let shell = new Shell()
  afterEach(() => {
    shell.engine?.close()
    shell = new Shell()
  })

  it('gives commands as plain data, also from reactive state', async () => {
    const client = createLiveClient(shell.source)
    const input = reactive({ release: 'v2', hosts: ['server-1'] })
    expect(await client.run('deploy', input)).toBeNull()
    expect(shell.living.calls).toEqual([{ command: 'deploy', input: { release: 'v2', hosts: ['server-1'] } }])
  })

  it('asks for the engine with the first command, and that one waits for it', async () => {
    const { promise, resolve } = Promise.withResolvers<MessagePort>()
    let asked = 0
    const client = createLiveClient({
      ...shell.source,
      receiveEnginePort: () => {
        asked += 1
        return promise
      },
    })
    expect(asked).toBe(0)
    const started = client.run('startLab', { topology: 'lab' })
    void client.run('listTopologies', {})
    expect([asked, shell.living.calls]).toEqual([1, []])
    resolve(shell.living.page)
    await started
    expect(shell.living.calls[0]).toEqual({ command: 'startLab', input: { topology: 'lab' } })
  })

  it('rejects with the failure of the engine', async () => {
    const failure = { code: 'LAB_BUSY', message: '', params: { phase: 'starting' } }
    shell.living.answer = () => ({ ok: false, failure })
    await expect(createLiveClient(shell.source).run('stopLab', {})).rejects.toMatchObject({
      code: 'LAB_BUSY',
      params: { phase: 'starting' },
      message: 'The lab is starting just now. Wait until that is done.',
    })
  })

  it('leaves no gap between snapshot and events, whichever comes first', async () => {
    const engine = shell.living
    engine.emit({ type: 'labPhaseChanged', phase: 'starting' })
    engine.onSubscribe = () => engine.emit({ type: 'labPhaseChanged', phase: 'running' })
    const events: LabEvent[] = []
    const { state } = await createLiveClient(shell.source).subscribe((batch) => events.push(...batch))
    expect(state).toMatchObject({ phase: 'running', seq: 2 })
    engine.emit({ type: 'labPhaseChanged', phase: 'stopping' })
    await expect.poll(() => events).toMatchObject([{ phase: 'stopping', seq: 3 }])
  })

  it('takes terminal data to its own listener only, until that has had enough', async () => {
    const client = createLiveClient(shell.source)
    await client.run('attachTerminal', { service: 'web-1' })
    const seen: string[] = []
    const end = client.onTerminalData('web-1', (data, reset) => seen.push(`${data} ${reset}`))
    client.onTerminalData('web-2', (data) => seen.push(`2: ${data}`))
    const { client: page } = shell.living
    await page.$callEvent('onTerminalData', 'web-1', 'one', true)
    await expect.poll(() => seen).toEqual(['one true'])
    end()
    await page.$callEvent('onTerminalData', 'web-1', 'two', false)
    await page.$callEvent('onTerminalData', 'web-2', 'three', false)
    await expect.poll(() => seen).toEqual(['one true', '2: three'])
  })

  it('goes on with the next engine: the lab has ended, and the numbers of events still rise', async () => {
    const client = createLiveClient(shell.source)
    const events: LabEvent[] = []
    const first = shell.living
    first.emit({ type: 'labPhaseChanged', phase: 'starting' })
    let { state } = await client.subscribe((batch) => {
      events.push(...batch)
      state = batch.reduce(foldEvent, state)
    })
    first.answer = () => new Promise(() => undefined)
    const waiting = client.run('startLab', { topology: 'small' })
    await expect.poll(() => first.calls.length).toBe(1)

    shell.engine = new Engine()
    shell.restarted()
    await expect(waiting).rejects.toMatchObject({ code: 'INTERNAL' })
    await expect.poll(() => events.map(({ type }) => type)).toEqual(['labDisposed'])
    expect(state.phase).toBe('idle')
    shell.engine.emit({ type: 'labPhaseChanged', phase: 'starting' })
    await expect.poll(() => state.phase).toBe('starting')
    expect(events.map(({ seq }) => seq)).toEqual([2, 3])
    expect(await client.run('stopLab', {})).toBeNull()
    first.close()
  })

  it('ends the lab and refuses commands when the engine stays away', async () => {
    const client = createLiveClient(shell.source)
    const events: LabEvent[] = []
    await client.subscribe((batch) => events.push(...batch))
    shell.gone()
    expect(events.map(({ type }) => type)).toEqual(['labDisposed'])
    await expect.poll(() => client.run('stopLab', {}).catch(({ code }) => code)).toBe('INTERNAL')
  })

  it('refuses commands when there never was an engine', async () => {
    const engine = shell.living
    shell.engine = null
    await expect(createLiveClient(shell.source).run('stopLab', {})).rejects.toMatchObject({ code: 'INTERNAL' })
    engine.close()
  })
})
