import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type {
  CommandInput,
  DeploymentPlan,
  DeploymentState,
  ReportFormat,
  StrategyInfo,
} from '../../../services/contract/index.ts'
import { useLabStore } from './lab.ts'
import { useNoticesStore } from './notices.ts'
import { oneOf, remembered } from './remembered.ts'

export const DEPLOYMENT_VIEWS = ['reports', 'compare', 'releases'] as const
export type DeploymentView = (typeof DEPLOYMENT_VIEWS)[number]

/** Older reports give way. */
const KEPT_REPORTS = 50

/**
 * The deployments of the lab that runs: the one under way, the reports of those before, and what can be asked for. The
 * lab's state holds the last deployment only; the list is made from the events that the window has seen.
 */
export const useDeploymentsStore = defineStore('deployments', () => {
  const lab = useLabStore()
  const notices = useNoticesStore()
  const view = remembered<DeploymentView>('deployment-view', 'reports', oneOf(DEPLOYMENT_VIEWS))
  const strategies = shallowRef<readonly StrategyInfo[]>([])
  /** Oldest first. */
  const history = shallowRef<readonly DeploymentState[]>([])
  /** What a person chose from the list; null follows the last one. */
  const chosenId = ref<number | null>(null)

  const shown = computed(() => history.value.find(({ id }) => id === chosenId.value) ?? history.value.at(-1) ?? null)
  const comparison = computed(() => lab.state.comparison)
  const comparing = computed(() => comparison.value !== null && comparison.value.endedAtMs === null)
  const busy = computed(() => lab.deploying || comparing.value)
  const previous = computed(() => lab.state.previousReleases)
  const trafficRuns = computed(() => lab.state.traffic.some(({ endedAtMs }) => endedAtMs === null))

  for (const event of lab.events) if (event.type === 'deploymentProgressed') note(event.deployment)
  watch(
    () => lab.state.deployment,
    (deployment, before) => {
      if (deployment === null) forget()
      else {
        if (deployment.id !== before?.id) chosenId.value = null
        note(deployment)
      }
    },
    { immediate: true, flush: 'sync' },
  )
  // What was measured during a comparison stands in its rows only.
  watch(comparison, (now) => {
    for (const { deployment } of now?.rows ?? []) if (deployment !== null) note(deployment)
  })
  watch([() => lab.phase, () => lab.state.workspace], () => void readStrategies(), { immediate: true })

  function note(deployment: DeploymentState): void {
    const others = history.value.filter(({ id }) => id !== deployment.id)
    history.value = [...others, deployment].toSorted((a, b) => a.id - b.id).slice(-KEPT_REPORTS)
  }

  function forget(): void {
    history.value = []
    chosenId.value = null
  }

  async function readStrategies(): Promise<void> {
    if (lab.phase !== 'running') strategies.value = []
    else strategies.value = (await lab.perform('strategies', 'listStrategies', {})) ?? []
  }

  /** Rejects with a `LabError`: the form shows it in the place of the plan. */
  function plan(order: CommandInput<'planDeployment'>): Promise<DeploymentPlan> {
    return lab.run('planDeployment', order)
  }

  function deploy(order: CommandInput<'deploy'>): Promise<DeploymentState | null> {
    return lab.perform('deploy', 'deploy', order)
  }

  function rollBack(): Promise<DeploymentState | null> {
    view.value = 'reports'
    return lab.perform('deploy', 'rollback', {})
  }

  /** After the step that is under way; what was changed is brought back. */
  function stop(): Promise<null> {
    return lab.perform('stop-deployment', 'stopDeployment', {})
  }

  function compare(order: CommandInput<'compareStrategies'>): Promise<unknown> {
    return lab.perform('compare', 'compareStrategies', order)
  }

  /** Writes the report of the last comparison into the workspace and says where. */
  async function saveComparison(format: ReportFormat, words: Readonly<Record<string, string>>): Promise<void> {
    const file = await lab.perform('save-comparison', 'saveComparison', { format, words: { ...words } })
    if (file) notices.showDone('deployments.compare.saved', { path: file.path }, file.path)
  }

  function choose(id: number): void {
    chosenId.value = id
  }

  return {
    view,
    strategies,
    history,
    chosenId,
    shown,
    comparison,
    comparing,
    busy,
    previous,
    trafficRuns,
    plan,
    deploy,
    rollBack,
    stop,
    compare,
    saveComparison,
    choose,
  }
})
