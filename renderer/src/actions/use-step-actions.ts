import { CircleHelp, CircleX, FastForward, Footprints, Pause, Play, StepForward } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLabStore } from '../stores/lab.ts'
import { useLayoutStore } from '../stores/layout.ts'
import { useStepsStore } from '../stores/steps.ts'
import { simpleAction, type UiAction } from './ui-action.ts'

export interface StepActions {
  readonly begin: ComputedRef<UiAction>
  readonly next: ComputedRef<UiAction>
  /** Whichever of the two makes sense now: the meaning of F10. */
  readonly beginOrNext: ComputedRef<UiAction>
  readonly playOrPause: ComputedRef<UiAction>
  readonly toEnd: ComputedRef<UiAction>
  readonly cancel: ComputedRef<UiAction>
  readonly askFirst: ComputedRef<UiAction>
  /** For the command palette. */
  readonly all: ComputedRef<readonly UiAction[]>
}

/** Sending a request step by step. */
export function useStepActions(): StepActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const layout = useLayoutStore()
  const steps = useStepsStore()

  const isBusy = computed(() => lab.busy.has('step'))
  const none = computed(() => (steps.active ? null : t('step.reasons.none')))

  const begin = computed(() =>
    simpleAction({
      id: 'step-begin',
      group: 'network',
      label: t('step.begin'),
      icon: Footprints,
      shortcut: steps.open ? null : 'F10',
      hint: t('step.beginHint'),
      reason: beginReason(),
      run: () => {
        layout.showPanel('trace')
        void steps.begin()
      },
    }),
  )

  function beginReason(): string | null {
    if (lab.phase !== 'running') return t(`reasons.phase.${lab.phase}`)
    if (steps.active) return t('step.reasons.active')
    if (lab.state.network.state !== 'ready') return t('step.reasons.network')
    return isBusy.value ? t('step.reasons.busy') : null
  }

  const next = computed(() =>
    simpleAction({
      id: 'step-next',
      group: 'network',
      label: t('step.goOn'),
      icon: StepForward,
      shortcut: 'F10',
      hint: steps.replaying ? t('step.nextReplayHint') : t('step.nextHint'),
      reason: nextReason(),
      run: () => void steps.next(),
    }),
  )

  function nextReason(): string | null {
    if (steps.replaying) return null
    if (none.value) return none.value
    if (steps.question) return t('step.reasons.question')
    if (!steps.waiting) return t('step.reasons.moving')
    return isBusy.value ? t('step.reasons.busy') : null
  }

  // A finished step stays in sight: one press too many must not send another request.
  const beginOrNext = computed(() => (steps.open ? next.value : begin.value))

  const playOrPause = computed(() =>
    simpleAction({
      id: 'step-play',
      group: 'network',
      label: steps.playing ? t('step.pause') : t('step.play'),
      icon: steps.playing ? Pause : Play,
      shortcut: 'F8',
      reason: none.value,
      run: () => void (steps.playing ? steps.pause() : steps.play()),
    }),
  )
  const toEnd = computed(() =>
    simpleAction({
      id: 'step-to-end',
      group: 'network',
      label: t('step.toEnd'),
      icon: FastForward,
      hint: t('step.toEndHint'),
      reason: none.value,
      run: () => void steps.toEnd(),
    }),
  )
  const cancel = computed(() =>
    simpleAction({
      id: 'step-cancel',
      group: 'network',
      label: t('step.cancel'),
      icon: CircleX,
      hint: t('step.cancelHint'),
      reason: none.value,
      run: () => void steps.cancel(),
    }),
  )
  const askFirst = computed(() =>
    simpleAction({
      id: 'step-ask-first',
      group: 'network',
      label: steps.asksFirst ? t('step.stopAsking') : t('step.startAsking'),
      icon: CircleHelp,
      run: () => {
        steps.asksFirst = !steps.asksFirst
      },
    }),
  )
  const all = computed(() => [begin, next, playOrPause, toEnd, cancel, askFirst].map((action) => action.value))
  return { begin, next, beginOrNext, playOrPause, toEnd, cancel, askFirst, all }
}
