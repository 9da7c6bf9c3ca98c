import { useI18n } from 'vue-i18n'
import type { PacketField, StepStop, TraceSentence } from '../../../../services/contract/index.ts'
import { beginSentence, withClientNamed } from '../../model/sentence-case.ts'
import { CLIENT } from '../../model/topology-layout.ts'

export interface StepWords {
  why(sentence: TraceSentence): string
  next(sentence: TraceSentence): string
  /** Who has the packet, and which way it goes. */
  place(stop: StepStop): string
  service(id: string): string
  field(field: Pick<PacketField, 'key' | 'name'>): string
}

/** Parameters that are words of the lab, and where their translations stand. */
const TRANSLATED: Readonly<Record<string, string>> = { algorithm: 'step.algorithms' }

/** The words of a stepped request in the window's language. */
export function useStepWords(): StepWords {
  const { t, te } = useI18n()

  function service(id: string): string {
    return id === CLIENT ? t('step.client') : id
  }

  function tell(branch: string, { key, params }: TraceSentence): string {
    const full = `${branch}.${key}`
    if (!te(full)) return key
    const words = Object.entries(withClientNamed(params, t('step.client'))).map(([name, value]) => {
      const translation = `${TRANSLATED[name] ?? ''}.${value}`
      return [name, te(translation) ? t(translation) : value] as const
    })
    return beginSentence(t(full, Object.fromEntries(words)), t('step.client'))
  }

  return {
    why: (sentence) => tell('step.why', sentence),
    next: (sentence) => tell('step.next', sentence),
    place: (stop) =>
      t(`step.place.${stop.direction}`, { host: stop.host, service: stop.service, to: service(stop.to) }),
    service,
    field({ key, name }) {
      const full = `packets.fields.${key ?? ''}`
      return key !== null && te(full) ? t(full) : name
    },
  }
}
