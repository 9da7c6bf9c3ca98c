import { expect, it } from 'vitest'
import type { CanaryFigures } from '../../../../services/contract/index.ts'
import { judgeCanary } from '../../../../services/engine/deploy/canary-watch.ts'
import { CANARY_RULE } from '../../../../services/engine/deploy/strategies.ts'

const WELL: CanaryFigures = { answers: 200, errors: 0, p95Ms: 20, oldAnswers: 100, oldP95Ms: 15, verdict: null }

it.each([
  ['go-on', {}],
  ['go-on', { errors: 2 }],
  ['errors', { errors: 3 }],
  ['too-few', { answers: 19 }],
  ['latency', { p95Ms: 80 }],
  // Three times as much of very little is no difference that anybody feels.
  ['go-on', { p95Ms: 40, oldP95Ms: 5 }],
  // Much more, but not three times as much.
  ['go-on', { p95Ms: 260, oldP95Ms: 100 }],
  ['go-on', { p95Ms: 900, oldP95Ms: null }],
] as const)('the rule says %s for %j', (verdict, change) => {
  expect(judgeCanary({ ...WELL, ...change }, CANARY_RULE)).toBe(verdict)
})
