type Listener = (data: string, reset: boolean) => void

/** What one fake terminal keeps for a late listener. */
const KEPT_CHARS = 100_000

/** Fake terminals: text lines go in, xterm's bytes come out, to those who attached. */
export class FakeTerminals {
  readonly #kept = new Map<string, string>()
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #attached = new Set<string>()

  /** Sends what is kept and everything after it. */
  attach(service: string): void {
    this.#attached.add(service)
    this.#send(service, this.#kept.get(service) ?? '', true)
  }

  detach(service: string): void {
    this.#attached.delete(service)
  }

  listen(service: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(service) ?? new Set()
    this.#listeners.set(service, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /** One log line as the lab's programs print them: time, what, the rest. */
  line(service: string, text: string): void {
    const time = new Date().toISOString().slice(11, 23)
    this.write(service, `\u001b[90m${time}\u001b[39m ${text}\r\n`)
  }

  write(service: string, data: string): void {
    this.#kept.set(service, ((this.#kept.get(service) ?? '') + data).slice(-KEPT_CHARS))
    if (this.#attached.has(service)) this.#send(service, data, false)
  }

  clear(): void {
    this.#kept.clear()
    for (const service of this.#attached) this.#send(service, '', true)
  }

  #send(service: string, data: string, reset: boolean): void {
    for (const listener of this.#listeners.get(service) ?? []) listener(data, reset)
  }
}
