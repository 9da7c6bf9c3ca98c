import type { Output } from '../output.ts'
import { time } from '../words.ts'

export interface DemoStep {
  readonly step: string
  readonly tookMs: number
  readonly outcome: string
}

/** What the demo says while it runs, and keeps for `--json`. */
export class DemoReport {
  readonly steps: DemoStep[] = []
  readonly #out: Output

  constructor(out: Output) {
    this.#out = out
  }

  /** Announces a step, does it, and tells how it went and how long it took. `work` answers with the outcome in words. */
  async step(step: string, work: () => Promise<string>): Promise<void> {
    this.#out.say(this.#out.style('strong', `${this.steps.length + 1}. ${step}`))
    const start = performance.now()
    const outcome = await work()
    const tookMs = performance.now() - start
    this.steps.push({ step, tookMs: Math.round(tookMs), outcome })
    this.#out.say(`   ${outcome} ${this.#out.style('quiet', `[${time(tookMs)}]`)}`)
  }
}
