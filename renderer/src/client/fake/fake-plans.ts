import type {
  CanaryRule,
  DeploymentPlan,
  DeployStepName,
  PlannedStep,
  Strategy,
} from '../../../../services/contract/deployments.ts'

const ON_ONE: readonly DeployStepName[] = ['stop', 'switch', 'start', 'health', 'ready']
const RULE: CanaryRule = {
  weightPercent: 10,
  watchMs: 5000,
  maxErrorPercent: 1,
  maxLatencyFactor: 3,
  minSlowerMs: 50,
  minAnswers: 20,
}

/** Plans that look like the engine's. */
export function fakePlan(release: string, strategy: Strategy, hosts: readonly string[]): DeploymentPlan {
  const steps = [...together(['check'], hosts), ...mainSteps(strategy, hosts)]
  return {
    ...{ release, strategy, hosts, steps, spareCapacity: fakeSpare(strategy) },
    wayBack: together(['roll-back'], hosts),
    rule: strategy === 'canary' ? RULE : null,
  }
}

export function fakeSpare(strategy: Strategy): number {
  if (strategy === 'restart') return 0
  return strategy === 'blue-green' ? 1 : 0.5
}

function mainSteps(strategy: Strategy, hosts: readonly string[]): readonly PlannedStep[] {
  switch (strategy) {
    case 'restart':
      return together(ON_ONE, hosts)
    case 'reload':
      return inTurn(['start-beside', 'health', 'switch', 'hand-over'], hosts)
    case 'rolling':
      return inTurn(['drain', 'wait', ...ON_ONE], hosts)
    case 'rolling-no-drain':
      return inTurn(ON_ONE, hosts)
    case 'blue-green':
      return together(['start-beside', 'health', 'shift', 'switch', 'keep'], hosts)
    case 'canary':
      return inTurn(['drain', 'wait', 'stop', 'switch', 'start', 'health', 'weight', 'watch', 'ready'], hosts)
  }
}

function inTurn(names: readonly DeployStepName[], hosts: readonly string[]): readonly PlannedStep[] {
  return hosts.flatMap((host) => names.map((name) => ({ name, host })))
}

function together(names: readonly DeployStepName[], hosts: readonly string[]): readonly PlannedStep[] {
  return names.flatMap((name) => hosts.map((host) => ({ name, host })))
}
