import { describe, expect, it } from 'vitest'
import { AUDIT_CAPABILITIES, type AuditEffect, type PredictedEffect } from '../../../../services/contract/index.ts'
import { differenceOf } from '../../../../services/protocols/audit/compare.ts'

function ofEach<Value>(values: readonly Value[]): Record<(typeof AUDIT_CAPABILITIES)[number], Value> {
  return Object.fromEntries(AUDIT_CAPABILITIES.map((capability, at) => [capability, values[at]])) as Record<
    (typeof AUDIT_CAPABILITIES)[number],
    Value
  >
}

function difference(
  predicted: readonly (PredictedEffect | null)[],
  measured: readonly (AuditEffect | null)[],
): ReturnType<typeof differenceOf> {
  const proofs = measured.map((effect) => (effect === null ? null : { effect, tried: 12, failed: 0 }))
  return differenceOf({ effects: ofEach(predicted) }, { capabilities: ofEach(proofs) })
}

const five = <Value>(value: Value): readonly Value[] => AUDIT_CAPABILITIES.map(() => value)

describe('differenceOf', () => {
  it.each([
    ['survives', 'survives'],
    ['survives', 'degraded'],
    ['partly', 'partly'],
    ['down', 'down'],
    [null, 'down'],
    ['down', null],
  ] as const)('is none between predicted %s and measured %s', (predicted, measured) => {
    expect(difference(five(predicted), five(measured))).toBeNull()
  })

  it.each([
    ['down', 'survives', 'unexpectedSurvival'],
    ['down', 'partly', 'unexpectedPart'],
    ['partly', 'degraded', 'unexpectedSurvival'],
    ['survives', 'partly', 'unexpectedPart'],
    ['survives', 'down', 'unexpectedLoss'],
    ['partly', 'down', 'unexpectedLoss'],
  ] as const)('names what was predicted %s and measured %s', (predicted, measured, code) => {
    const effects = ['survives', 'survives', predicted, predicted, 'survives'] as const
    const proofs = ['survives', 'degraded', measured, measured, 'survives'] as const
    expect(difference(effects, proofs)).toEqual({ code, params: { capabilities: 'reads,writes' } })
  })
})
