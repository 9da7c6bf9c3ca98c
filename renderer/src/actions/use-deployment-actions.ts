import { ChartNoAxesColumn, FileCode, FileDown, Octagon, Table2, Undo2 } from '@lucide/vue'
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ReportFormat } from '../../../services/contract/index.ts'
import { useDeploymentsStore, type DeploymentView } from '../stores/deployments.ts'
import { useLabStore } from '../stores/lab.ts'
import { useLayoutStore } from '../stores/layout.ts'
import { useNoticesStore } from '../stores/notices.ts'
import { useReleasesStore } from '../stores/releases.ts'
import { simpleAction, type UiAction } from './ui-action.ts'
import { useOwnFolder } from './use-own-folder.ts'

/** The keys of a report's words; `{name}` places are filled by the engine. */
const REPORT_WORDS = [
  ...['language', 'title', 'intro', 'resolution', 'strategy', 'downtime', 'failed', 'slow', 'longestGap', 'total'],
  ...['spare', 'result', 'done', 'notDone', 'notRun', 'chart', 'seconds', 'legendOk', 'legendSlow', 'legendFailed'],
  ...['downtimeIs', 'spareIs', 'made'],
]
const PLACES = Object.fromEntries(['from', 'release', 'rate', 'ms', 'when'].map((name) => [name, `{${name}}`]))

export interface DeploymentActions {
  readonly rollBack: ComputedRef<UiAction>
  readonly stop: ComputedRef<UiAction>
  readonly savePage: ComputedRef<UiAction>
  readonly saveTable: ComputedRef<UiAction>
  readonly ownFolder: ComputedRef<UiAction>
  readonly all: ComputedRef<readonly UiAction[]>
}

/** Going back, stopping, comparing, and the reports of a comparison. */
export function useDeploymentActions(): DeploymentActions {
  const { t } = useI18n()
  const lab = useLabStore()
  const layout = useLayoutStore()
  const deployments = useDeploymentsStore()
  const notices = useNoticesStore()
  const releases = useReleasesStore()

  const phaseReason = computed(() => (lab.phase === 'running' ? null : t(`reasons.phase.${lab.phase}`)))
  const busyReason = computed(() => {
    if (deployments.comparing) return t('deployments.compare.underWay')
    return lab.deploying ? t('reasons.deploying') : null
  })
  const target = computed(() => [...new Set(deployments.previous.map(({ release }) => release))].join(', '))

  const rollBack = computed(() =>
    simpleAction({
      id: 'roll-back',
      group: 'deployments',
      label: target.value === '' ? t('deployments.rollBack') : t('deployments.rollBackTo', { release: target.value }),
      icon: Undo2,
      hint: target.value === '' ? null : t('deployments.rollBackHint', { hosts: hostsOf() }),
      reason: phaseReason.value ?? busyReason.value ?? (target.value === '' ? t('deployments.noPrevious') : null),
      run: () => {
        layout.showPanel('deployments')
        void deployments.rollBack()
      },
    }),
  )
  const stop = computed(() =>
    simpleAction({
      id: 'stop-deployment',
      group: 'deployments',
      label: t('deployments.stop'),
      icon: Octagon,
      hint: t('deployments.stopHint'),
      reason: stopReason(),
      run: () => void deployments.stop(),
    }),
  )
  const savePage = computed(() => saving('html', t('deployments.compare.savePage')))
  const saveTable = computed(() => saving('csv', t('deployments.compare.saveTable')))
  const views = computed(() => [
    showing('compare', t('deployments.compare.open'), ChartNoAxesColumn),
    showing('releases', t('deployments.releases.open'), FileCode),
  ])

  /** What came is looked at, and checked as a deployment would, before anybody deploys it. */
  const ownFolder = useOwnFolder((release, folder) => {
    notices.showDone('deployments.folder.done', { folder, release })
    deployments.view = 'releases'
    layout.showPanel('deployments')
    void releases.checkIt()
  })

  function hostsOf(): string {
    return deployments.previous.map(({ host, release }) => `${host}: ${release}`).join(', ')
  }

  function stopReason(): string | null {
    if (!deployments.busy) return t('deployments.nothingRuns')
    const { deployment } = lab.state
    const stopped = deployments.comparing ? deployments.comparison?.stopped : deployment?.stopped
    return stopped ? t('deployments.stopAsked') : null
  }

  function saving(format: ReportFormat, label: string): UiAction {
    return simpleAction({
      id: `save-comparison-${format}`,
      group: 'deployments',
      label,
      icon: format === 'csv' ? Table2 : FileDown,
      hint: t('deployments.compare.saveHint'),
      reason: savingReason(),
      run: () => void deployments.saveComparison(format, reportWords()),
    })
  }

  function savingReason(): string | null {
    if (deployments.comparison === null) return t('deployments.compare.none')
    return deployments.comparing ? t('deployments.compare.underWay') : null
  }

  function reportWords(): Record<string, string> {
    return Object.fromEntries(REPORT_WORDS.map((word) => [word, t(`deployments.report.${word}`, PLACES)]))
  }

  function showing(view: DeploymentView, label: string, icon: UiAction['icon']): UiAction {
    return simpleAction({
      id: `deployments:${view}`,
      group: 'deployments',
      label,
      icon,
      run: () => {
        deployments.view = view
        layout.showPanel('deployments')
      },
    })
  }

  const saved = computed(() => [savePage.value, saveTable.value])
  const all = computed(() => [rollBack.value, stop.value, ...views.value, ownFolder.value, ...saved.value])
  return { rollBack, stop, savePage, saveTable, ownFolder, all }
}
