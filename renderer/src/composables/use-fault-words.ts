import { useI18n } from 'vue-i18n'
import { faultPlace, type FaultFigure } from '../../../services/contract/faults.ts'
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
  /** The same for a place with little room: `Latency 70 ms · 70.2 ms`. */
  brief(fault: FaultState): string
  /** The figure that says most of what was measured; '' before there is one. */
  main(fault: FaultState): string
  /** Kind and figures, and beside them what was measured: `Latency 70 ms (70.2 ms later)`. */
  whole(fault: FaultState): string
}

const NOT_SHOWN: ReadonlySet<string> = new Set(['fault', 'target', 'service', 'host', 'link', 'direction'])

/** What says most of a fault first. */
const MAIN_FIGURES: readonly FaultFigure[] = [
  'delayMs',
  'bytesPerSecond',
  'wrong',
  'failed',
  'dropped',
  'reset',
  'refused',
  'crashes',
  'memoryBytes',
]
/** With a unit they need no words. */
const QUANTITIES: ReadonlySet<string> = new Set(['delayMs', 'bytesPerSecond', 'memoryBytes'])

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
        return [t(`faults.figures.${name}`, { value: format.figure(name, value) })]
      })
      .join(', ')
  }

  function main({ measured: seen }: FaultState): string {
    const figures = new Map((seen?.figures ?? []).map(({ name, value }) => [name, value]))
    const name = MAIN_FIGURES.find((one) => (figures.get(one) ?? 0) > 0)
    if (name === undefined) return ''
    const value = format.figure(name, figures.get(name) ?? 0)
    return QUANTITIES.has(name) ? value : t(`faults.figures.${name}`, { value })
  }

  const kind = ({ fault }: FaultSpec): string => t(`faults.kinds.${fault}`)

  return {
    kind,
    place: (spec) => faultPlace(spec).replace('>', ' → '),
    set,
    measured,
    main,
    brief: (fault) => {
      const words = [kind(fault.spec), set(fault.spec)].filter(Boolean).join(' ')
      return [words, main(fault)].filter(Boolean).join(' · ')
    },
    whole: (fault) => {
      const seen = measured(fault)
      return [kind(fault.spec), set(fault.spec), seen && `(${seen})`].filter(Boolean).join(' ')
    },
  }
}
