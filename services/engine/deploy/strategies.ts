import type {
  CanaryRule,
  DeploymentPlan,
  DeployStepName,
  PlannedStep,
  Strategy,
  StrategyInfo,
} from '../../contract/index.ts'

/** Every strategy as the list of steps that is shown and that is run. Pure. */

/** What a lab offers to strategies. */
export interface StrategyGround {
  /** Whether every server that is deployed to stands behind a load balancer. */
  readonly balanced: boolean
  /** How many servers the balancer has. */
  readonly servers: number
  /** Whether the balancing algorithm goes by weights that can be changed while it runs. */
  readonly weighted: boolean
  /** Null when two processes can share a port, or why not. */
  readonly noSharedPorts: string | null
}

export const CANARY_RULE: CanaryRule = {
  weightPercent: 10,
  watchMs: 5_000,
  maxErrorPercent: 1,
  maxLatencyFactor: 3,
  minSlowerMs: 50,
  minAnswers: 20,
}

/** What is used when nobody names one. */
export function defaultStrategy(ground: StrategyGround): Strategy {
  return ground.balanced ? 'rolling' : 'restart'
}

const ON_ONE_SERVER: readonly DeployStepName[] = ['stop', 'switch', 'start', 'health']
const WITH_DRAIN: readonly DeployStepName[] = ['drain', 'wait', ...ON_ONE_SERVER, 'ready']

/** `kept`: hosts on which an earlier deployment kept a second set of processes. */
export function planSteps(
  strategy: Strategy,
  hosts: readonly string[],
  ground: Pick<StrategyGround, 'balanced'>,
  kept: readonly string[] = [],
): readonly PlannedStep[] {
  const first = [...together(['check'], hosts), ...together(['end-kept'], kept)]
  return [...first, ...mainSteps(strategy, hosts, ground.balanced)]
}

function mainSteps(strategy: Strategy, hosts: readonly string[], balanced: boolean): readonly PlannedStep[] {
  const [canary, ...others] = hosts
  switch (strategy) {
    case 'restart':
      return together(balanced ? [...ON_ONE_SERVER, 'ready'] : ON_ONE_SERVER, hosts)
    case 'reload':
      return inTurn(['start-beside', 'health', 'switch', 'hand-over'], hosts)
    case 'rolling':
      return inTurn(WITH_DRAIN, hosts)
    case 'rolling-no-drain':
      return inTurn([...ON_ONE_SERVER, 'ready'], hosts)
    case 'blue-green':
      return together(['start-beside', 'health', 'shift', 'switch', 'keep'], hosts)
    case 'canary':
      return canary === undefined
        ? []
        : [
            ...inTurn(['drain', 'wait', ...ON_ONE_SERVER, 'weight', 'watch', 'ready'], [canary]),
            ...inTurn(WITH_DRAIN, others),
          ]
  }
}

/** One host after the other, all steps of each. */
function inTurn(names: readonly DeployStepName[], hosts: readonly string[]): readonly PlannedStep[] {
  return hosts.flatMap((host) => names.map((name) => ({ name, host })))
}

/** One step after the other, each on all hosts at the same time. */
function together(names: readonly DeployStepName[], hosts: readonly string[]): readonly PlannedStep[] {
  return names.flatMap((name) => hosts.map((host) => ({ name, host })))
}

/** Neighbours with the same name run at the same time: that is what `together` means. */
export function stepGroups(steps: readonly PlannedStep[]): readonly (readonly number[])[] {
  const groups: number[][] = []
  steps.forEach((step, index) => {
    const last = groups.at(-1)
    if (last !== undefined && steps[last[0] ?? -1]?.name === step.name) last.push(index)
    else groups.push([index])
  })
  return groups
}

/** Servers that a strategy needs on top, as a part of those there are: 1 is a whole second set. */
export function spareCapacity(strategy: Strategy, hosts: number): number {
  if (strategy === 'blue-green') return 1
  if (strategy === 'restart') return 0
  // One server at a time is away, or runs twice: the others must be able to do its work.
  return hosts === 0 ? 0 : 1 / hosts
}

export function describePlan(
  release: string,
  strategy: Strategy,
  hosts: readonly string[],
  ground: StrategyGround,
  kept: readonly string[],
): DeploymentPlan {
  return {
    release,
    strategy,
    hosts,
    steps: planSteps(strategy, hosts, ground, kept),
    wayBack: together(['roll-back'], hosts),
    spareCapacity: spareCapacity(strategy, hosts.length),
    rule: strategy === 'canary' ? CANARY_RULE : null,
  }
}

const REASONS = {
  'no-balancer': 'there is no load balancer in front of the servers that could send requests elsewhere meanwhile.',
  'one-server': 'the load balancer has only one server, so there is no other one to compare with.',
  'no-weights':
    'the balancing algorithm goes by no weights that can be changed while it runs; use roundrobin, for example.',
} as const

export function strategyInfo(strategy: Strategy, hosts: number, ground: StrategyGround): StrategyInfo {
  const reason = reasonAgainst(strategy, ground)
  const reasonText = reason === 'system' ? ground.noSharedPorts : reason === null ? null : REASONS[reason]
  return { strategy, supported: reason === null, reason, reasonText, spareCapacity: spareCapacity(strategy, hosts) }
}

function reasonAgainst(strategy: Strategy, ground: StrategyGround): StrategyInfo['reason'] {
  if (strategy === 'restart') return null
  if (strategy === 'reload') return ground.noSharedPorts === null ? null : 'system'
  if (!ground.balanced) return 'no-balancer'
  if (strategy !== 'canary') return null
  if (ground.servers < 2) return 'one-server'
  return ground.weighted ? null : 'no-weights'
}
