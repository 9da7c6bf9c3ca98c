import {
  AUDIT_CAPABILITIES,
  goesOn,
  type AuditCapability,
  type AuditDifference,
  type AuditPrediction,
  type AuditProof,
} from '../../contract/index.ts'

/** Null: prediction and proof say the same of everything that was measured. */
export function differenceOf(
  { effects }: Pick<AuditPrediction, 'effects'>,
  { capabilities }: Pick<AuditProof, 'capabilities'>,
): AuditDifference | null {
  const differing = AUDIT_CAPABILITIES.flatMap((capability) => {
    const predicted = effects[capability]
    const measured = capabilities[capability]?.effect ?? null
    if (predicted === null || measured === null) return []
    const same = predicted === 'survives' ? goesOn(measured) : predicted === measured
    return same ? [] : [{ capability, measured }]
  })
  const of = (fits: (measured: (typeof differing)[number]['measured']) => boolean): readonly AuditCapability[] =>
    differing.filter(({ measured }) => fits(measured)).map(({ capability }) => capability)
  const lost = of((measured) => measured === 'down')
  if (lost.length > 0) return { code: 'unexpectedLoss', params: { capabilities: lost.join(',') } }
  const part = of((measured) => measured === 'partly')
  if (part.length > 0) return { code: 'unexpectedPart', params: { capabilities: part.join(',') } }
  const survived = of(goesOn)
  return survived.length > 0 ? { code: 'unexpectedSurvival', params: { capabilities: survived.join(',') } } : null
}
