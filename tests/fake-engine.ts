import {
  EMPTY_LAB,
  foldEvent,
  LabError,
  toFailure,
  type ClientFunctions,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type LabEvent,
  type LabState,
  type NewLabEvent,
  type RequestResult,
  type ServiceState,
} from '../services/contract/index.ts'
import type { EngineConnection, LabEngine } from '../services/engine/index.ts'

/** A lab in memory at the engine's own seam, for tests of what stands around an engine. */

type Handlers = {
  [Name in CommandName]?: (input: CommandInput<Name>) => CommandOutput<Name> | Promise<CommandOutput<Name>>
}

export class FakeEngine implements LabEngine {
  state: LabState = EMPTY_LAB
  isDisposed = false
  readonly clients = new Set<ClientFunctions>()
  readonly calls: { readonly command: string; readonly input: unknown }[] = []
  readonly handlers: Handlers
  readonly #recent: LabEvent[] = []

  constructor(handlers: Handlers = {}) {
    this.handlers = {
      stopLab: () => {
        this.emit({ type: 'labPhaseChanged', phase: 'stopping' })
        this.emit({ type: 'labDisposed' })
        return null
      },
      ...handlers,
    }
  }

  connect(client: ClientFunctions): EngineConnection {
    const run = async (command: CommandName, input: unknown): Promise<unknown> => {
      this.calls.push({ command, input })
      const handler = this.handlers[command] as ((input: unknown) => unknown) | undefined
      try {
        if (handler === undefined) throw new LabError('LAB_NOT_RUNNING')
        return { ok: true, value: await handler(input) }
      } catch (error) {
        return { ok: false, failure: toFailure(error) }
      }
    }
    return {
      functions: {
        subscribe: () => {
          this.clients.add(client)
          return { state: this.state, recent: [...this.#recent] }
        },
        run: run as EngineConnection['functions']['run'],
      },
      close: () => void this.clients.delete(client),
    }
  }

  async startLab({ topology, workspace }: { topology: string; workspace?: string }): Promise<LabState> {
    this.emit({ type: 'labPhaseChanged', phase: 'starting' })
    this.emit({ ...PREPARED, topology, workspace: workspace ?? '/labs/one' })
    this.emit({ type: 'labPhaseChanged', phase: 'running' })
    return this.state
  }

  async dispose(): Promise<void> {
    this.isDisposed = true
    if (this.state.phase !== 'idle') this.emit({ type: 'labDisposed' })
  }

  emit(event: NewLabEvent): void {
    const numbered: LabEvent = { ...event, seq: this.state.seq + 1, atMs: Date.now() }
    this.state = foldEvent(this.state, numbered)
    this.#recent.push(numbered)
    for (const client of this.clients) client.onEvents([numbered])
  }
}

export function fakeService(id: string, patch: Partial<ServiceState> = {}): ServiceState {
  return {
    id,
    role: 'web-server',
    host: 'server-1',
    engine: 'builtin',
    state: 'ready',
    pid: 4242,
    address: '127.10.0.21',
    port: 8080,
    release: 'v1',
    startedAtMs: 1,
    memoryBytes: null,
    exit: null,
    failure: null,
    requests: 0,
    requestsPerSecond: 0,
    restarts: 0,
    automaticRestart: false,
    files: [],
    takesInput: false,
    ...patch,
  }
}

export function fakeRequest(patch: Partial<RequestResult> = {}): RequestResult {
  return {
    id: 1,
    atMs: 1,
    url: 'http://www.foobar.com:8080/',
    method: 'GET',
    resolved: { name: 'www.foobar.com', address: '127.10.0.10', ttlSeconds: 60, ageSeconds: null },
    status: 200,
    statusText: 'OK',
    release: 'v1',
    via: ['lb-1', 'web-1', 'app-1', 'db-1'],
    phases: { dnsMs: 1, connectMs: 2, firstByteMs: 3, totalMs: 4 },
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    contentType: 'text/html',
    bytes: 10,
    assets: [],
    preview: '',
    failure: null,
    ...patch,
  }
}

const PREPARED = {
  type: 'labPrepared',
  entryUrl: 'http://www.foobar.com:8080/',
  dns: { address: '127.10.0.53', port: 8053 },
  hosts: [
    { id: 'client', kind: 'client', address: '127.10.0.2', release: null },
    { id: 'server-1', kind: 'physical', address: '127.10.0.21', release: 'v1' },
  ],
  services: [
    fakeService('lb-1', { role: 'load-balancer', host: 'balancer-1', address: '127.10.0.10', release: null }),
    fakeService('web-1'),
    fakeService('web-2', { host: 'server-2', address: '127.10.0.22' }),
  ],
  links: [{ id: 'client-lb-1', from: 'client', to: 'lb-1', protocol: 'HTTP' }],
  releases: [{ id: 'v1', hosts: ['server-1'], summary: { en: 'The first one.' } }],
} as const satisfies Omit<Extract<NewLabEvent, { type: 'labPrepared' }>, 'topology' | 'workspace'>
