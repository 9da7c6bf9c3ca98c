import type { FaultKind } from '../../../contract/index.ts'
import type { ProgramFaults, ProgramFigures } from '../../../protocols/faults/program-faults.ts'
import type { FaultDriver, Figures, SpecOf } from '../fault-driver.ts'

/** Faults that a program does by itself, because it was told to: with each request that it gets. */

type Told = Omit<ProgramFaults, 'revision'>
type RequestKind = 'slow' | 'error-rate' | 'disk-full' | 'dns-wrong-answer' | 'dns-servfail' | 'dns-no-answer'

function told<Kind extends RequestKind>(
  set: (spec: SpecOf<Kind>) => Partial<Told>,
  unset: Partial<Told>,
  figures: (seen: ProgramFigures | null) => Figures,
): FaultDriver<Kind> {
  return {
    set: async (spec, ground) => {
      const { fault, service: id } = spec as { fault: FaultKind; service: string }
      const service = ground.service(id)
      await ground.programs.change(service, fault, set(spec))
      return {
        clear: () => ground.programs.change(service, fault, unset),
        measure: () => figures(ground.programs.figuresOf(id)),
      }
    },
  }
}

const failedAndPassed = (seen: ProgramFigures | null): Figures => [
  { name: 'failed', value: seen?.failed ?? 0 },
  { name: 'passed', value: seen?.passed ?? 0 },
]

/** What is measured is what its program really waited before each request. */
export const slowFault = told<'slow'>(
  ({ ms }) => ({ slowMs: ms }),
  { slowMs: 0 },
  (seen) => [{ name: 'delayMs', value: seen?.delayMs ?? null }],
)

export const errorRateFault = told<'error-rate'>(
  ({ failures, of }) => ({ errors: { failures: Math.min(failures, of), of } }),
  { errors: null },
  failedAndPassed,
)

export const diskFullFault = told<'disk-full'>(() => ({ diskFull: true }), { diskFull: false }, failedAndPassed)

export const wrongAnswerFault = told<'dns-wrong-answer'>(
  ({ address }) => ({ dns: { answer: 'wrong', address } }),
  { dns: null },
  (seen) => [
    { name: 'wrong', value: seen?.wrong ?? 0 },
    { name: 'passed', value: seen?.passed ?? 0 },
  ],
)

export const servfailFault = told<'dns-servfail'>(
  () => ({ dns: { answer: 'servfail' } }),
  { dns: null },
  failedAndPassed,
)

export const noAnswerFault = told<'dns-no-answer'>(
  () => ({ dns: { answer: 'none' } }),
  { dns: null },
  (seen) => [{ name: 'dropped', value: seen?.failed ?? 0 }],
)
