import { useI18n } from 'vue-i18n'
import { faultPlace } from '../../../services/contract/faults.ts'
import type { FaultSpec, FaultState } from '../../../services/contract/index.ts'
import { useFormat } from './use-format.ts'

export interface FaultWords {
  /** `Latency`. */
  kind(spec: FaultSpec): string
  /** `client → lb-1`, `web-1`. */
  place(spec: FaultSpec): string
  /** `70 ms, forward`; '' for one without figures. */
  set(spec: FaultSpec): string
  /** What it was seen to do; '' before anything was. */
  measured(fault: FaultState): string
}

const NOT_SHOWN: ReadonlySet<string> = new Set(['fault', 'target', 'service', 'host', 'link', 'direction'])

/** Faults in words, the same in panel, drawing and table. */
export function useFaultWords(): FaultWords {
  const { t } = useI18n()
  const format = useFormat()

  function set(spec: FaultSpec): string {
    const figures = Object.entries(spec)
      .filter(([name, value]) => !NOT_SHOWN.has(name) && !(name === 'jitterMs' && value === 0))
      .map(([name, value]) =>
        t(`faults.set.${name}`, { value: typeof value === 'number' ? format.count(value) : value }),
      )
    const direction = 'direction' in spec && spec.direction !== 'both' ? [t(`faults.directions.${spec.direction}`)] : []
    return [...figures, ...direction].join(', ')
  }

  function measured({ measured: seen }: FaultState): string {
    return (seen?.figures ?? [])
      .flatMap(({ name, value }) => {
        if (value === null) return []
        const text =
          name === 'delayMs'
            ? format.ms(value)
            : name.startsWith('bytes') || name === 'memoryBytes'
              ? format.bytes(value)
              : format.count(value)
        return [t(`faults.figures.${name}`, { value: text })]
      })
      .join(', ')
  }

  return {
    kind: ({ fault }) => t(`faults.kinds.${fault}`),
    place: (spec) => faultPlace(spec).replace('>', ' → '),
    set,
    measured,
  }
}
