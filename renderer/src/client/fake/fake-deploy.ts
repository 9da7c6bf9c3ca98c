import { BEGUN_DEPLOYMENT } from '../../../../services/contract/deployments.ts'
import { LabError, toFailure } from '../../../../services/contract/errors.ts'
import type { DeploymentState, DeployStep, HostDeployment } from '../../../../services/contract/index.ts'
import type { FakeLab } from './fake-lab.ts'

let lastId = 0

/** Plays an in-place deployment, host by host: check, stop, switch, start; the old release comes back when it fails. */
export async function playDeployment(
  lab: FakeLab,
  release: string,
  wanted: readonly string[] | undefined,
): Promise<DeploymentState> {
  const able = lab.state.hosts.filter((host) => host.release !== null).map((host) => host.id)
  const hosts = wanted && wanted.length > 0 ? wanted : able
  let deployment: DeploymentState = {
    ...BEGUN_DEPLOYMENT,
    id: ++lastId,
    release,
    strategy: 'rolling-no-drain',
    hosts,
    startedAtMs: Date.now(),
  }
  const progress = (change: Partial<DeploymentState>): void => {
    deployment = { ...deployment, ...change }
    lab.emit({ type: 'deploymentProgressed', deployment })
  }
  const step = async (name: DeployStep['name'], host: string, work: () => Promise<boolean>): Promise<boolean> => {
    const begun: DeployStep = { name, host, startMs: Date.now(), endMs: null, ok: null, progress: null, planned: null }
    const others = deployment.steps
    progress({ steps: [...others, begun] })
    const ok = await work()
    progress({ steps: [...others, { ...begun, endMs: Date.now(), ok }] })
    return ok
  }
  progress({})
  for (const host of hosts) {
    const result = await deployTo(lab, host, release, step)
    progress({ results: [...deployment.results, result] })
    if (!result.ok) break
  }
  progress({ endedAtMs: Date.now(), ok: deployment.results.every((result) => result.ok) })
  return deployment
}

type RunStep = (name: DeployStep['name'], host: string, work: () => Promise<boolean>) => Promise<boolean>

async function deployTo(lab: FakeLab, host: string, release: string, step: RunStep): Promise<HostDeployment> {
  const from = lab.state.hosts.find((candidate) => candidate.id === host)?.release ?? null
  const loads = await step('check', host, async () => {
    await lab.wait(350)
    return release !== 'broken'
  })
  if (!loads) {
    const detail = 'app/index.js:12: Unexpected token'
    const failure = toFailure(new LabError('RELEASE_BROKEN', { release, host, detail }))
    return { host, from, to: release, ok: false, rolledBack: false, outageMs: 0, failure }
  }
  const services = lab.state.services.filter((service) => service.host === host && service.release !== null)
  const startedMs = Date.now()
  await step('stop', host, async () => {
    await Promise.all(services.map((service) => lab.stopService(service.id)))
    return true
  })
  await step('switch', host, async () => {
    await lab.wait(40)
    lab.emit({ type: 'hostReleaseSwitched', host, from, to: release })
    return true
  })
  await step('start', host, async () => {
    for (const service of [...services].reverse()) await lab.startService(service.id)
    return true
  })
  return { host, from, to: release, ok: true, rolledBack: false, outageMs: Date.now() - startedMs, failure: null }
}
