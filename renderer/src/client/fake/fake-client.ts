import { LabError } from '../../../../services/contract/errors.ts'
import type {
  Capabilities,
  CommandInput,
  CommandName,
  CommandOutput,
  FileText,
  RequestResult,
  ServiceState,
} from '../../../../services/contract/index.ts'
import type { LabClient } from '../client.ts'
import { auditHandlers } from './fake-audit.ts'
import { fakeDeploymentHandlers } from './fake-releases.ts'
import { faultHandlers } from './fake-faults.ts'
import { capacityHandlers } from './fake-capacity.ts'
import { dnsHandlers } from './fake-dns.ts'
import { designHandlers } from './fake-design.ts'
import { FakeLab } from './fake-lab.ts'
import { networkHandlers } from './fake-network.ts'
import { FakeRecorder } from './fake-packets.ts'
import { savingHandlers } from './fake-saving.ts'
import { FakeSteps } from './fake-steps.ts'
import { FakeTraces } from './fake-traces.ts'
import { trafficHandlers } from './fake-traffic.ts'
import { fakeFileText } from './files.ts'
import { FAKE_PLANS, toSummary } from './plans.ts'
import { answerRequest } from './requests.ts'

type Handlers = { readonly [Name in CommandName]: (input: CommandInput<Name>) => Promise<CommandOutput<Name>> }

const CAPABLE = { supported: true, reason: null }
const CAPABILITIES: Capabilities = {
  platform: 'linux',
  actions: {
    start: CAPABLE,
    stop: CAPABLE,
    kill: CAPABLE,
    freeze: CAPABLE,
    resume: CAPABLE,
    restart: CAPABLE,
  },
  engines: [{ engine: 'builtin', version: '0.1.0' }],
}

export interface FakeOptions {
  /** 1 plays at a natural speed, 0 without waiting (for tests). */
  readonly pace?: number
}

/**
 * Plays a lab without any process: for work on the window in a plain browser and for component tests. It is never
 * chosen where an engine can be reached (src/client/choose-client.ts), and the window says so while it plays.
 */
export function createFakeClient({ pace = 1 }: FakeOptions = {}): LabClient {
  const lab = new FakeLab(pace)
  const recorder = new FakeRecorder(lab)
  const handlers = createHandlers(lab, recorder)
  if (pace > 0)
    setInterval(() => {
      sampleMetrics(lab)
      if (lab.state.phase === 'running') recorder.sample()
    }, 1000)
  return {
    async run<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<CommandOutput<Name>> {
      const handler: (input: CommandInput<Name>) => Promise<CommandOutput<Name>> = handlers[command]
      return handler(input)
    },
    async subscribe(listener) {
      lab.follow(listener)
      return { state: lab.state, recent: [...lab.recent] }
    },
    onTerminalData: (service, listener) => lab.terminals.listen(service, listener),
  }
}

function createHandlers(lab: FakeLab, recorder: FakeRecorder): Handlers {
  const traces = new FakeTraces(lab)
  const requests = new FakeRequests(lab, recorder, traces)
  const steps = new FakeSteps(lab, (url) => requests.send(url, true))
  return {
    ...savingHandlers(lab),
    ...networkHandlers({ recorder, traces, steps }),
    listTopologies: async () => FAKE_PLANS.map(toSummary),
    readCapabilities: async () => CAPABILITIES,
    async startLab({ topology }) {
      await lab.start(topology)
      recorder.begin()
      return lab.state
    },
    async stopLab() {
      recorder.end()
      await lab.stop()
      return null
    },
    actOnService: ({ service, action }) => act(lab, service, action),
    async setAutomaticRestart({ service, enabled }) {
      lab.patch(service, { automaticRestart: enabled })
      return lab.service(service)
    },
    sendRequest: ({ url }) => requests.send(url),
    readServiceFile: async ({ service, file }) => readFile(lab, service, file),
    async attachTerminal({ service }) {
      lab.terminals.attach(service)
      return null
    },
    async detachTerminal({ service }) {
      lab.terminals.detach(service)
      return null
    },
    ackTerminal: async () => null,
    async writeTerminal({ service, data }) {
      lab.terminals.write(service, data.replace(/\r/g, '\r\n'))
      return null
    },
    resizeTerminal: async () => null,
    ...fakeDeploymentHandlers(lab),
    ...trafficHandlers(lab),
    ...faultHandlers(lab),
    ...auditHandlers(lab),
    ...designHandlers(),
    ...dnsHandlers(lab),
    ...capacityHandlers(lab),
  }
}

async function act(lab: FakeLab, id: string, action: CommandInput<'actOnService'>['action']): Promise<ServiceState> {
  const { state } = lab.service(id)
  const live = lab.service(id).pid !== null
  const refuse = (): never => {
    throw new LabError('SERVICE_ACTION_INVALID', { service: id, state, action })
  }
  if (action === 'start') await (live ? refuse() : lab.startService(id))
  else if (action === 'stop') await (live ? lab.stopService(id) : refuse())
  else if (action === 'kill') await (live ? lab.killService(id) : refuse())
  else if (action === 'restart') {
    await lab.stopService(id)
    await lab.startService(id)
    lab.patch(id, { restarts: lab.service(id).restarts + 1 })
  } else if (action === 'freeze') lab.patch(id, { state: live ? 'frozen' : refuse() })
  else lab.patch(id, { state: state === 'frozen' ? 'ready' : refuse() })
  return lab.service(id)
}

function readFile(lab: FakeLab, id: string, key: string): FileText {
  const service = lab.service(id)
  const file = service.files.find((candidate) => candidate.key === key)
  if (!file) throw new LabError('FILE_UNKNOWN', { service: id, file: key })
  const text = fakeFileText(service, key)
  if (text === null) throw new LabError('FILE_UNREADABLE', { path: file.path, detail: 'it is not a text file' })
  return { path: file.path, text, truncated: false }
}

/** Sends one request after the other and remembers whose turn it is. */
class FakeRequests {
  readonly #lab: FakeLab
  readonly #recorder: FakeRecorder
  readonly #traces: FakeTraces
  #count = 0

  constructor(lab: FakeLab, recorder: FakeRecorder, traces: FakeTraces) {
    this.#lab = lab
    this.#recorder = recorder
    this.#traces = traces
  }

  async send(url: string | undefined, stepped = false): Promise<RequestResult> {
    const { plan, state } = this.#lab
    if (!plan || state.phase !== 'running') throw new LabError('LAB_NOT_RUNNING')
    await this.#lab.wait(60)
    const traceId = crypto.randomUUID().replaceAll('-', '')
    const result: RequestResult = {
      id: ++this.#count,
      atMs: Date.now(),
      url: url ?? state.entryUrl ?? '',
      traceparent: `00-${traceId}-${traceId.slice(0, 16)}-01`,
      ...answerRequest(plan, this.#lab.state, this.#count),
    }
    this.#recorder.request(this.#count, result.status ?? 502)
    for (const id of result.via) this.#note(id, result, traceId.slice(0, 8))
    this.#traces.note(result, stepped)
    this.#lab.emit({ type: 'requestFinished', result })
    return result
  }

  #note(id: string, result: RequestResult, trace: string): void {
    const { requests } = this.#lab.service(id)
    this.#lab.patch(id, { requests: requests + 1 + result.assets.length })
    const colour = result.status === 200 ? 32 : 31
    this.#lab.terminals.line(id, `GET    /  \u001b[${colour}m${result.status}\u001b[39m  ${trace}  127.10.0.2`)
  }
}

const lastRequests = new WeakMap<FakeLab, Map<string, number>>()

function sampleMetrics(lab: FakeLab): void {
  if (lab.state.phase !== 'running') return
  const before = lastRequests.get(lab) ?? new Map<string, number>()
  const services = lab.state.services.map(({ id, pid, requests, memoryBytes }) => ({
    service: id,
    memoryBytes: pid === null || memoryBytes === null ? null : memoryBytes + (Math.random() - 0.5) * 200_000,
    requests,
    requestsPerSecond: pid === null ? 0 : requests - (before.get(id) ?? requests),
  }))
  lastRequests.set(lab, new Map(services.map(({ service, requests }) => [service, requests])))
  lab.emit({ type: 'metricsSampled', services })
}
