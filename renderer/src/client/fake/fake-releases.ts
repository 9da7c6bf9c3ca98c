import {
  STRATEGIES,
  type ComparisonState,
  type DiffLine,
  type FileDiff,
} from '../../../../services/contract/deployments.ts'
import { LabError } from '../../../../services/contract/errors.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../../../services/contract/index.ts'
import { fakeTraffic, playDeployment } from './fake-deploy.ts'
import type { FakeLab } from './fake-lab.ts'
import { fakePlan, fakeSpare } from './fake-plans.ts'

type Names =
  | 'deploy'
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
  | 'saveComparison'
type Handlers<Name extends CommandName> = {
  readonly [Key in Name]: (input: CommandInput<Key>) => Promise<CommandOutput<Key>>
}
type Files = ReadonlyMap<string, string>

const FIRST_FILES: Files = new Map([
  ['app/index.js', "export default {\n  fetch: () => new Response('hello'),\n}\n"],
  ['app/layout.js', "// The frame of every page.\nexport const layout = (body) => '<main>' + body + '</main>'\n"],
  ['release.json', '{ "summary": {} }\n'],
])

/** Answers about releases and strategies that look like real ones; files live in the memory of the window. */
export function fakeDeploymentHandlers(lab: FakeLab): Handlers<Names> {
  const store = new Map<string, Files>()
  const filesOf = (release: string): Files => store.get(release) ?? FIRST_FILES
  const servers = (): readonly string[] => lab.state.hosts.filter((host) => host.release !== null).map(({ id }) => id)
  const isLive = (release: string): boolean => lab.state.hosts.some((host) => host.release === release)
  const plan = ({ release, strategy, hosts }: CommandInput<'planDeployment'>): CommandOutput<'planDeployment'> =>
    fakePlan(release, strategy ?? 'rolling', hosts && hosts.length > 0 ? hosts : servers())
  const add = (id: string | undefined, files: Files): CommandOutput<'createRelease'> => {
    const made = { id: id ?? `v${lab.state.releases.length + 1}`, hosts: servers(), summary: { en: 'Your own.' } }
    store.set(made.id, files)
    lab.emit({ type: 'releasesChanged', releases: [...lab.state.releases, made] })
    return made
  }
  const mustRun = (): void => {
    if (lab.state.phase !== 'running') throw new LabError('LAB_NOT_RUNNING')
    if (lab.state.deployment?.endedAtMs === null) throw new LabError('DEPLOY_BUSY')
  }
  return {
    async deploy(order) {
      mustRun()
      return playDeployment(lab, plan(order), order.rate)
    },
    planDeployment: async (order) => plan(order),
    listStrategies: async () =>
      STRATEGIES.map((strategy) => ({
        ...{ strategy, supported: true, reason: null, reasonText: null },
        spareCapacity: fakeSpare(strategy),
      })),
    async stopDeployment() {
      lab.stopAsked = true
      return null
    },
    async rollback({ rate }) {
      mustRun()
      const [previous] = lab.state.previousReleases
      if (!previous) throw new LabError('ROLLBACK_NONE')
      return playDeployment(lab, plan({ release: previous.release }), rate)
    },
    createRelease: async ({ from, name }) => add(name, filesOf(from)),
    importRelease: async ({ name, files }) => add(name, new Map(files.map(({ path, base64 }) => [path, atob(base64)]))),
    readReleaseTree: async ({ release }) =>
      [...filesOf(release)].map(([path, text]) => ({ path, bytes: text.length, text: true })),
    readReleaseFile: async ({ release, file }) => ({ release, file, text: filesOf(release).get(file) ?? '' }),
    async writeReleaseFile({ release, file, text }) {
      const target = isLive(release) ? add(undefined, filesOf(release)).id : release
      store.set(target, new Map([...filesOf(target), [file, text]]))
      return { release: target, file, created: target !== release }
    },
    diffReleases: async ({ from, to }) => ({ from, to, files: fakeDiff(filesOf(from), filesOf(to)) }),
    async checkRelease({ release }) {
      const [file] = [...filesOf(release)].find(([, text]) => text.includes('(((')) ?? []
      if (file === undefined) return { release, ok: true, fault: null, file: null, line: null }
      return { release, ok: false, fault: 'Unexpected token', file, line: 2 }
    },
    async compareStrategies(order) {
      mustRun()
      return playComparison(lab, order, plan)
    },
    renderComparison: async ({ format }) => ({ fileName: `comparison.${format}`, text: 'played' }),
    async saveComparison({ format }) {
      if (lab.state.comparison === null) throw new LabError('COMPARISON_NONE')
      return { path: `/home/student/hoplab/reports/comparison.${format}`, bytes: 6 }
    },
  }
}

async function playComparison(
  lab: FakeLab,
  { strategies = [...STRATEGIES], release = 'v2', rate = 100 }: CommandInput<'compareStrategies'>,
  plan: (order: CommandInput<'planDeployment'>) => CommandOutput<'planDeployment'>,
): Promise<ComparisonState> {
  const from = lab.state.hosts.find((host) => host.release !== null)?.release ?? ''
  const figures = { downtimeMs: null, failed: null, slow: null, longestGapMs: null, totalMs: null }
  const extras = { failure: null, deployment: null, cells: null, trafficStartedAtMs: null }
  let comparison: ComparisonState = {
    ...{ id: 1, rate, from, release, startedAtMs: Date.now(), endedAtMs: null, stopped: false },
    resolutionMs: 1000 / rate,
    rows: strategies.map((strategy) => ({
      ...{ strategy, state: 'waiting' as const, spareCapacity: fakeSpare(strategy) },
      ...figures,
      ...extras,
    })),
  }
  const publish = (change: Partial<ComparisonState>): void => {
    comparison = { ...comparison, ...change }
    lab.emit({ type: 'comparisonProgressed', comparison })
  }
  const change = (at: number, row: Partial<ComparisonState['rows'][number]>): void =>
    publish({ rows: comparison.rows.map((other, index) => (index === at ? { ...other, ...row } : other)) })
  for (const [at, strategy] of strategies.entries()) {
    change(at, { state: 'running' })
    const deployment = await playDeployment(lab, plan({ release, strategy }))
    const traffic = fakeTraffic(rate, deployment)
    const totalMs = (deployment.endedAtMs ?? 0) - deployment.startedAtMs
    const { downtimeMs, slow, longestGapMs } = traffic
    const seen = { downtimeMs, slow, longestGapMs, totalMs, failed: traffic.due - traffic.succeeded }
    change(at, { state: deployment.ok ? 'done' : 'failed', ...seen, deployment: { ...deployment, traffic } })
    if (deployment.stopped) break
  }
  publish({ endedAtMs: Date.now(), stopped: lab.stopAsked })
  return comparison
}

/** Whole files, one hunk each. */
function fakeDiff(from: Files, to: Files): readonly FileDiff[] {
  return [...to].flatMap(([path, text]) => {
    const before = from.get(path) ?? ''
    if (before === text) return []
    const [old, now] = [before.split('\n'), text.split('\n')]
    const removed = old.filter((line) => !now.includes(line)).map((line): DiffLine => ({ kind: 'removed', text: line }))
    const added = now.filter((line) => !old.includes(line)).map((line): DiffLine => ({ kind: 'added', text: line }))
    const hunk = { fromLine: 1, fromCount: removed.length, toLine: 1, toCount: added.length }
    return [
      {
        ...{ path, change: from.has(path) ? ('changed' as const) : ('added' as const) },
        ...{ hunks: [{ ...hunk, lines: [...removed, ...added] }] },
        ...{ addedLines: added.length, removedLines: removed.length },
      },
    ]
  })
}
