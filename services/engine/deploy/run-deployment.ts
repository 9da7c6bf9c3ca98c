import { toFailure, type DeploymentPlan, type Failure, type PlannedStep } from '../../contract/index.ts'
import { watchCanary } from './canary-watch.ts'
import type { DeployServer } from './deploy-server.ts'
import type { DeploymentRecord } from './deployment-record.ts'
import { stepGroups } from './strategies.ts'

type OnProgress = (done: number, of: number) => void

/**
 * Runs the steps of a plan in their order; neighbours with the same name at the same time. The first failure ends it, and
 * every server that was changed goes back. Never rejects; what went wrong is in the record.
 */
export async function runDeployment(
  plan: DeploymentPlan,
  servers: ReadonlyMap<string, DeployServer>,
  record: DeploymentRecord,
): Promise<void> {
  const failures = await runSteps(plan, servers, record)
  const first = [...failures.values()][0] ?? null
  if (record.isAbandoned) return
  if (first === null) return record.finish({ ok: true, rolledBack: false, failure: null })
  const changed = [...servers.values()].filter((server) => server.changed).reverse()
  const back = await goBack(plan, changed, record, first, failures)
  record.finish({ ok: false, rolledBack: changed.length > 0 && back, failure: first })
}

/** Answers why it ended early, by host; empty when it did not. */
async function runSteps(
  plan: DeploymentPlan,
  servers: ReadonlyMap<string, DeployServer>,
  record: DeploymentRecord,
): Promise<ReadonlyMap<string, Failure>> {
  const failures = new Map<string, Failure>()
  for (const group of stepGroups(plan.steps)) {
    await Promise.all(
      group.map(async (index) => {
        const step = plan.steps[index]
        const server = step && servers.get(step.host)
        if (!step || !server) return
        const failure = await haltedOr(record, () =>
          record.step(step, index, (onProgress) => runStep(step, server, plan, servers, record, onProgress)),
        )
        if (failure !== null) failures.set(step.host, failure)
        else if (isLastOf(plan.steps, index)) finishHost(plan, server, record, null, false)
      }),
    )
    if (failures.size > 0) break
  }
  for (const [host, failure] of failures) {
    const server = servers.get(host)
    if (server && !server.changed) finishHost(plan, server, record, failure, false)
  }
  return failures
}

/** A step is not even begun when a person has stopped the deployment. */
async function haltedOr(record: DeploymentRecord, work: () => Promise<Failure | null>): Promise<Failure | null> {
  try {
    record.halt()
  } catch (error) {
    return toFailure(error)
  }
  return work()
}

async function runStep(
  step: PlannedStep,
  server: DeployServer,
  plan: DeploymentPlan,
  servers: ReadonlyMap<string, DeployServer>,
  record: DeploymentRecord,
  onProgress: OnProgress,
): Promise<void> {
  const { halt } = record
  switch (step.name) {
    case 'check':
      return server.check()
    case 'end-kept':
      return server.endKept()
    case 'drain':
      return server.drain()
    case 'wait':
      return server.waitForSessions(halt, onProgress)
    case 'stop':
      return server.stop()
    case 'switch':
      return server.switchTo()
    case 'start':
      return server.start()
    case 'start-beside':
      return server.startBeside()
    case 'health':
      return server.passHealth(halt, onProgress)
    case 'hand-over':
      return server.handOver(onProgress)
    case 'shift':
      return server.shift()
    case 'keep':
      return server.keep()
    case 'ready':
      return server.ready(halt)
    case 'weight':
      return plan.rule === null ? undefined : server.weigh(plan.rule, halt)
    case 'watch':
      return watch(server, plan, servers, record, onProgress)
    case 'roll-back':
      return server.goBack()
  }
}

async function watch(
  server: DeployServer,
  plan: DeploymentPlan,
  servers: ReadonlyMap<string, DeployServer>,
  record: DeploymentRecord,
  onProgress: OnProgress,
): Promise<void> {
  const { rule, release } = plan
  if (rule === null || server.web === null) return
  const other = [...servers.values()].find((candidate) => candidate !== server && candidate.web !== null)
  await watchCanary(
    {
      release,
      host: server.host,
      rule,
      canary: { ...server.web, path: '/' },
      old: other?.web ? { ...other.web, path: '/' } : null,
      balancers: server.balancers,
    },
    record.halt,
    (figures, watchedMs) => {
      record.canary(figures)
      onProgress(Math.round(watchedMs), rule.watchMs)
    },
  )
}

/** True when all of them have their old release again. */
async function goBack(
  plan: DeploymentPlan,
  changed: readonly DeployServer[],
  record: DeploymentRecord,
  first: Failure,
  failures: ReadonlyMap<string, Failure>,
): Promise<boolean> {
  let all = true
  const back = async (server: DeployServer): Promise<void> => {
    const failure = await record.step({ name: 'roll-back', host: server.host }, null, () => server.goBack())
    const rolledBack = failure === null && server.from !== null
    all &&= rolledBack
    finishHost(plan, server, record, failures.get(server.host) ?? first, rolledBack)
  }
  // What went down at the same time comes back at the same time.
  if (plan.strategy === 'restart' || plan.strategy === 'blue-green') await Promise.all(changed.map(back))
  else for (const server of changed) await back(server)
  return all
}

function finishHost(
  plan: DeploymentPlan,
  server: DeployServer,
  record: DeploymentRecord,
  failure: Failure | null,
  rolledBack: boolean,
): void {
  const { host, from, outageMs } = server
  record.finishHost({ host, from, to: plan.release, ok: failure === null, rolledBack, outageMs, failure })
}

function isLastOf(steps: readonly PlannedStep[], index: number): boolean {
  const host = steps[index]?.host
  return !steps.slice(index + 1).some((step) => step.host === host)
}
