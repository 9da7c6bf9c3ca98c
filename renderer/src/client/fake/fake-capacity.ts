import { LabError } from '../../../../services/contract/errors.ts'
import type {
  CAPACITY_INPUTS,
  CapacityOutputs,
  CommandInput,
  RampState,
  RampStep,
} from '../../../../services/contract/index.ts'
import type { FakeLab } from './fake-lab.ts'

type CapacityHandlers = {
  readonly [Name in keyof typeof CAPACITY_INPUTS]: (input: CommandInput<Name>) => Promise<CapacityOutputs[Name]>
}

/** Plays a site that carries 100 requests a second and not one more. */
const CARRIED = 100

export function capacityHandlers(lab: FakeLab): CapacityHandlers {
  let lastId = 0
  let stopped = false
  return {
    async setCapacity({ service, setting }) {
      lab.service(service)
      lab.emit({ type: 'capacityChanged', service, setting })
      return setting
    },
    async runRamp({ to, from = to / 10, step = Math.max(1, to / 20), holdSeconds = 2, url = '/', label = '' }) {
      stopped = false
      lastId += 1
      const stepsInAll = Math.floor((to - from) / step) + 1
      let ramp: RampState = {
        ...{
          id: lastId,
          label,
          state: 'running',
          from,
          to,
          step,
          holdSeconds,
          url,
          setting: [],
          steps: [],
          stepsInAll,
        },
        ...{ startedAtMs: Date.now(), endedAtMs: null, knee: null, failure: null },
        prediction: { rate: CARRIED, servers: [{ service: 'app-1', rate: CARRIED, share: 1 }] },
      }
      for (let at = 0; at < stepsInAll && !stopped; at += 1) {
        await lab.wait(holdSeconds * 100)
        const steps = [...ramp.steps, played(from + at * step)]
        ramp = { ...ramp, steps }
        lab.emit({ type: 'rampProgressed', ramp })
      }
      const at = Math.max(
        0,
        ramp.steps.findLastIndex(({ offered }) => offered <= CARRIED),
      )
      const knee = { method: 'kneedle', offered: ramp.steps[at]?.offered ?? 0, rate: CARRIED, step: at } as const
      ramp = {
        ...ramp,
        state: stopped ? 'stopped' : 'finished',
        endedAtMs: Date.now(),
        knee: to > CARRIED ? knee : null,
      }
      lab.emit({ type: 'rampProgressed', ramp })
      return ramp
    },
    async stopRamp() {
      if (!lab.state.ramps.some(({ state }) => state === 'running')) throw new LabError('RAMP_NONE')
      stopped = true
      return null
    },
    async forgetRamp({ id }) {
      lab.emit({ type: 'rampForgotten', ramp: id })
      return null
    },
    readBalancing: async () => [],
  }
}

function played(offered: number): RampStep {
  const achieved = Math.min(offered, CARRIED)
  const p50 = offered <= CARRIED ? 25 : 160
  const concurrency = (achieved * p50) / 1000
  return {
    ...{ offered, achieved, errors: offered > CARRIED ? { 503: offered - CARRIED } : {}, concurrency, queue: 0 },
    ...{ little: concurrency, latency: { mean: p50, p50, p95: p50 * 1.2, p99: p50 * 1.4 }, servers: [], behind: false },
  }
}
