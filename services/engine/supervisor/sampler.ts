import type { EventLog } from '../event-log.ts'
import type { Platform } from '../platform/platform.ts'
import type { Service } from './service.ts'

const RATE_EVERY_MS = 1000
/** Memory costs a system call per process that walks its pages; every third sample is enough to look at. */
const MEMORY_EVERY = 3

/** Memory and request rate of every service, once a second; says nothing when nothing changed. */
export class Sampler {
  private readonly services: () => readonly Service[]
  private readonly platform: Platform
  private readonly events: EventLog
  private readonly last = new Map<string, number>()
  private timer: NodeJS.Timeout | null = null
  private samples = 0

  constructor(services: () => readonly Service[], platform: Platform, events: EventLog) {
    this.services = services
    this.platform = platform
    this.events = events
  }

  start(): void {
    this.timer ??= setInterval(() => void this.sample(), RATE_EVERY_MS)
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  private async sample(): Promise<void> {
    const withMemory = this.samples++ % MEMORY_EVERY === 0
    const figures = await Promise.all(this.services().map((service) => this.measure(service, withMemory)))
    if (this.timer === null) return
    const changed = figures.filter((figure) => figure !== null)
    if (changed.length > 0) this.events.emit({ type: 'metricsSampled', services: changed })
  }

  private async measure(service: Service, withMemory: boolean) {
    const { pid, memoryBytes, requests, requestsPerSecond } = service.state
    const before = this.last.get(service.id) ?? 0
    // A new process counts from nought again.
    const fresh = service.requests < before ? service.requests : service.requests - before
    this.last.set(service.id, service.requests)
    const memory = pid === null ? null : withMemory ? await this.platform.memoryBytes(pid) : memoryBytes
    // It may have ended while its memory was read; its exit said so already.
    const figure = {
      service: service.id,
      memoryBytes: service.state.pid === pid ? memory : service.state.memoryBytes,
      requests: requests + fresh,
      requestsPerSecond: Math.round((fresh * 1000) / RATE_EVERY_MS),
    }
    const same = figure.memoryBytes === memoryBytes && fresh === 0 && requestsPerSecond === 0
    return same ? null : figure
  }
}
