import { afterEach, expect, it } from 'vitest'
import { BackgroundTraffic, type BackgroundResult } from '../../background-traffic.ts'
import { openTestEngine, type TestEngine } from '../../engine.ts'

/** The lab's own stopwatch against a probe that shares nothing with it but the clock. */

const RATE = 200
const INTERVAL_MS = 1000 / RATE

let lab: TestEngine
afterEach(() => lab.close())

/** Each request stands for the time until the next one was due: those that failed are the outage. */
function outageMs({ failures }: BackgroundResult): number {
  return failures.length * INTERVAL_MS
}

it.each([
  ['0-simple_web_stack', '127.10.0.21'],
  ['1-distributed_web_infrastructure', '127.10.0.10'],
])(
  'a restart in place costs %s what an independent probe measures too',
  { timeout: 60_000 },
  async (topology, address) => {
    lab = await openTestEngine()
    await lab.run('startLab', { topology })
    const rounds: string[] = []
    for (const release of ['v2', 'v1', 'v2']) {
      const { told, seen, tolerance, kinds } = await measure(release, address)
      expect(told).toBeGreaterThan(0)
      expect(seen).toBeGreaterThan(0)
      if (Math.abs(told - seen) <= tolerance) return
      // A busy machine can starve one of the two; a stopwatch that is wrong is wrong in every round.
      rounds.push(`${told} ms told, ${seen} ms seen (${kinds}), tolerance ${tolerance} ms`)
    }
    expect.fail(rounds.join('; '))
  },
)

interface Round {
  readonly told: number
  readonly seen: number
  readonly tolerance: number
  readonly kinds: string
}

async function measure(release: string, address: string): Promise<Round> {
  const probe = new BackgroundTraffic({
    address,
    port: 8080,
    ratePerSecond: RATE,
    paths: ['/'],
    localAddress: '127.10.0.2',
    jitter: true,
  })
  const deployment = await lab.run('deploy', { release, strategy: 'restart', rate: RATE })
  const probed = await probe.stop()
  expect(deployment.ok).toBe(true)
  // Each side is exact to one interval; what was sent late was late for the outage as well. While one server answers
  // again and the other does not, who fails is a matter of chance: three standard deviations of it.
  const chance = 3 * Math.sqrt(Math.max(0, probed.turns - 2)) * INTERVAL_MS
  return {
    told: deployment.traffic?.downtimeMs ?? 0,
    seen: outageMs(probed),
    tolerance: 2 * INTERVAL_MS + probed.lagMs + (deployment.traffic?.lagMs.max ?? 0) + chance,
    kinds: [...new Set(probed.failures)].map((kind) => `${kind}: ${count(probed, kind)}`).join(', '),
  }
}

function count({ failures }: BackgroundResult, kind: string): number {
  return failures.filter((failure) => failure === kind).length
}
