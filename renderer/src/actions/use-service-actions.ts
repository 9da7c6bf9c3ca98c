import { Pause, Play, Rocket, RotateCw, Skull, Square, SquareTerminal, StepForward } from '@lucide/vue'
import type { Component } from 'vue'
import { useI18n } from 'vue-i18n'
import type { HostState, ServiceAction, ServiceState } from '../../../services/contract/index.ts'
import { useDesignActions } from './use-design-actions.ts'
import { useOpenTerminal } from '../composables/use-open-terminal.ts'
import { useSentences } from '../i18n/use-sentences.ts'
import { serviceActions } from '../model/service-actions.ts'
import { useLabStore } from '../stores/lab.ts'
import { useSurfacesStore } from '../stores/surfaces.ts'
import { simpleAction, type UiAction } from './ui-action.ts'
import { useFaultActions } from './use-fault-actions.ts'

const ICONS: Readonly<Record<ServiceAction, Component>> = {
  start: Play,
  stop: Square,
  kill: Skull,
  freeze: Pause,
  resume: StepForward,
  restart: RotateCw,
}

export interface ServiceActionMakers {
  /** Start, stop, kill, freeze, resume, restart. */
  ofProcess(service: ServiceState): readonly UiAction[]
  /** The same and: open terminal, deploy. What a context menu shows. */
  ofService(service: ServiceState): readonly UiAction[]
  ofHost(host: HostState): readonly UiAction[]
}

/** Makes the actions on services and hosts; call the makers inside a computed or a template to follow the lab. */
export function useServiceActions(): ServiceActionMakers {
  const { t } = useI18n()
  const sentences = useSentences()
  const lab = useLabStore()
  const focusTerminal = useOpenTerminal()
  const surfaces = useSurfacesStore()
  const { breakAt } = useFaultActions()
  const design = useDesignActions()

  function ofProcess(service: ServiceState): readonly UiAction[] {
    const circumstances = {
      phase: lab.phase,
      capabilities: lab.capabilities,
      busy: lab.busy.has(`service:${service.id}`),
      deploying: lab.deploying,
    }
    return serviceActions(service, circumstances).map(({ action, reason }) =>
      simpleAction({
        id: `${action}:${service.id}`,
        group: 'service',
        label: action === 'kill' ? `${t('actions.kill')} ${service.id}` : t(`actions.${action}`),
        icon: ICONS[action],
        hint: t(`actionHints.${action}`, { service: service.id }),
        reason: reason ? sentences.reason(reason) : null,
        run: () => void lab.actOnService(service.id, action),
      }),
    )
  }

  function openTerminal(service: ServiceState): UiAction {
    return simpleAction({
      id: `terminal:${service.id}`,
      group: 'service',
      label: t('actions.openTerminal'),
      icon: SquareTerminal,
      run: () => focusTerminal(service.id),
    })
  }

  function deployTo(host: HostState): UiAction {
    const phase = lab.phase === 'running' ? null : t(`reasons.phase.${lab.phase}`)
    return simpleAction({
      id: `deploy:${host.id}`,
      group: 'service',
      label: t('actions.deploy'),
      icon: Rocket,
      reason: host.release === null ? t('reasons.noCode', { host: host.id }) : phase,
      run: () => surfaces.openDeploy([host.id]),
    })
  }

  function ofService(service: ServiceState): readonly UiAction[] {
    const host = lab.host(service.host)
    const breaking = breakAt({ target: 'service', id: service.id })
    return [...ofProcess(service), openTerminal(service), ...(host?.release ? [deployTo(host)] : []), breaking]
  }

  function ofHost(host: HostState): readonly UiAction[] {
    const removal = design.removePair(host.id)
    return [
      ...(host.release === null ? [] : [deployTo(host)]),
      breakAt({ target: 'host', id: host.id }),
      ...(removal === null ? [] : [removal]),
    ]
  }

  return { ofProcess, ofService, ofHost }
}
