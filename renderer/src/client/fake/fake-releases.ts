import { STRATEGIES, type DeploymentPlan } from '../../../../services/contract/deployments.ts'
import { LabError } from '../../../../services/contract/errors.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../../../services/contract/index.ts'
import { playDeployment } from './fake-deploy.ts'
import type { FakeLab } from './fake-lab.ts'

type Names =
  | 'planDeployment'
  | 'listStrategies'
  | 'stopDeployment'
  | 'rollback'
  | 'createRelease'
  | 'importRelease'
  | 'readReleaseTree'
  | 'readReleaseFile'
  | 'writeReleaseFile'
  | 'diffReleases'
  | 'checkRelease'
  | 'compareStrategies'
  | 'renderComparison'
type Handlers<Name extends CommandName> = {
  readonly [Key in Name]: (input: CommandInput<Key>) => Promise<CommandOutput<Key>>
}

const FAKE_FILE = "export default {\n  fetch: () => new Response('hello'),\n}\n"

/** Answers about releases and strategies that look like real ones; every file of every release is the same. */
export function fakeDeploymentHandlers(lab: FakeLab): Handlers<Names> {
  const add = (id: string): CommandOutput<'createRelease'> => {
    const made = { id, hosts: ['server-1', 'server-2'], summary: { en: 'A release of your own.' } }
    lab.emit({ type: 'releasesChanged', releases: [...lab.state.releases, made] })
    return made
  }
  return {
    planDeployment: async ({ release, strategy, hosts }) => planOf(lab, release, strategy ?? 'rolling', hosts),
    listStrategies: async () =>
      STRATEGIES.map((strategy) => ({ strategy, supported: true, reason: null, reasonText: null, spareCapacity: 0 })),
    stopDeployment: async () => {
      throw new LabError('DEPLOY_NONE')
    },
    rollback: () => playDeployment(lab, 'v1', undefined),
    createRelease: async ({ name }) => add(name ?? `v${lab.state.releases.length + 1}`),
    importRelease: async ({ name }) => add(name ?? `v${lab.state.releases.length + 1}`),
    readReleaseTree: async () => [{ path: 'app/index.js', bytes: FAKE_FILE.length, text: true }],
    readReleaseFile: async ({ release, file }) => ({ release, file, text: FAKE_FILE }),
    writeReleaseFile: async ({ release, file }) => ({ release, file, created: false }),
    diffReleases: async ({ from, to }) => ({ from, to, files: [] }),
    checkRelease: async ({ release }) => ({ release, ok: true, fault: null, file: null, line: null }),
    compareStrategies: async () => {
      throw new LabError('LAB_NOT_RUNNING')
    },
    renderComparison: async () => {
      throw new LabError('COMPARISON_NONE')
    },
  }
}

function planOf(
  lab: FakeLab,
  release: string,
  strategy: DeploymentPlan['strategy'],
  wanted: readonly string[] | undefined,
): DeploymentPlan {
  const hosts = wanted ?? lab.state.hosts.filter((host) => host.release !== null).map((host) => host.id)
  const names = ['check', 'drain', 'wait', 'stop', 'switch', 'start', 'health', 'ready'] as const
  const steps = hosts.flatMap((host) => names.map((name) => ({ name, host })))
  return { release, strategy, hosts, steps, wayBack: [], spareCapacity: 0, rule: null }
}
