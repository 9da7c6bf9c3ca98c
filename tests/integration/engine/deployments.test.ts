import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeploymentState, Strategy } from '../../../services/contract/index.ts'
import { isProcessAlive, openTestEngine, type TestEngine } from '../../engine.ts'
import { NOTHING } from '../../nothing.ts'
import { itWith } from '../../tools.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'
const SIMPLE = '0-simple_web_stack'
const RATE = 200
/** More in a loop by hand: HOPLAB_DEPLOYMENTS=20. */
const ROUNDS = Number(process.env['HOPLAB_DEPLOYMENTS'] ?? 2)

let lab: TestEngine
beforeEach(async () => void (lab = await openTestEngine()))
afterEach(() => lab.close())

/** To and fro between v1 and v2, each time under traffic; the last one is answered. */
async function deployInTurn(strategy: Strategy, rounds: number): Promise<readonly DeploymentState[]> {
  const done: DeploymentState[] = []
  for (let round = 0; round < rounds; round += 1)
    done.push(await lab.run('deploy', { release: round % 2 === 0 ? 'v2' : 'v1', strategy, rate: RATE }))
  return done
}

function releases(): readonly (string | null)[] {
  return lab
    .state()
    .services.filter(({ role }) => role === 'web-server' || role === 'app-server')
    .map(({ release }) => release)
}

describe('under 200 requests per second', () => {
  it.each(['rolling', 'blue-green', 'reload'] as const)(
    '%s costs no request',
    async (strategy) => {
      await lab.run('startLab', { topology: DISTRIBUTED })
      for (const deployment of await deployInTurn(strategy, ROUNDS)) {
        expect(deployment).toMatchObject({ ok: true, strategy, rolledBack: false, failure: null })
        expect(deployment.traffic).toMatchObject({ failed: NOTHING, downtimeMs: 0 })
        expect(deployment.traffic?.due).toBeGreaterThan(2 * RATE)
        expect(Object.keys(deployment.traffic?.releases ?? {}).toSorted()).toEqual(['v1', 'v2'])
        // What is shown beforehand is what was done.
        expect(deployment.steps.map((step) => step.planned).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
          deployment.plan.map((_, index) => index),
        )
      }
      expect(new Set(releases())).toEqual(new Set([ROUNDS % 2 === 0 ? 'v1' : 'v2']))
    },
    60_000 + ROUNDS * 20_000,
  )

  it('a restart in place is a downtime, on one server and on two', async () => {
    for (const topology of [SIMPLE, DISTRIBUTED]) {
      await lab.run('startLab', { topology })
      const [deployment] = await deployInTurn('restart', 1)
      expect(deployment).toMatchObject({ ok: true })
      expect(deployment?.traffic?.downtimeMs).toBeGreaterThan(20)
      expect(deployment?.traffic?.resolutionMs).toBe(1000 / RATE)
      await lab.run('stopLab', {})
    }
  }, 60_000)

  it(
    'a reload of a single server costs no request, and leaves one process each',
    async () => {
      await lab.run('startLab', { topology: SIMPLE })
      const before = ['web-1', 'app-1'].map((id) => lab.service(id).pid)
      for (const deployment of await deployInTurn('reload', ROUNDS))
        expect(deployment).toMatchObject({ ok: true, traffic: { failed: NOTHING, downtimeMs: 0 } })
      expect(lab.state().besides).toEqual([])
      for (const pid of before) expect(pid !== null && (await isProcessAlive(pid))).toBe(false)
      const strategies = await lab.run('listStrategies', {})
      expect(strategies.filter(({ supported }) => supported).map(({ strategy }) => strategy)).toEqual([
        'restart',
        'reload',
      ])
      await expect(lab.run('deploy', { release: 'v2', strategy: 'rolling' })).rejects.toMatchObject({
        code: 'STRATEGY_UNSUPPORTED',
      })
    },
    30_000 + ROUNDS * 20_000,
  )
})

describe('a release that is no good', () => {
  beforeEach(() => lab.run('startLab', { topology: DISTRIBUTED }))

  it('v3, which does not load, touches nothing', async () => {
    const pid = lab.service('app-1').pid
    const deployment = await lab.run('deploy', { release: 'v3', strategy: 'rolling', rate: RATE })
    expect(deployment).toMatchObject({ ok: false, rolledBack: false, failure: { code: 'RELEASE_BROKEN' } })
    expect(deployment.failure?.message).toMatch(/app[/\\]news\.js:2: .*page\.js/)
    expect(deployment.traffic).toMatchObject({ failed: NOTHING, downtimeMs: 0 })
    expect(lab.service('app-1')).toMatchObject({ pid, release: 'v1', state: 'ready' })
    expect(await lab.run('checkRelease', { release: 'v3' })).toMatchObject({ ok: false, file: 'app/news.js', line: 2 })
  })

  it.each(['rolling', 'blue-green', 'canary'] as const)(
    'v4, which is not well, is taken back by %s unnoticed',
    async (strategy) => {
      const deployment = await lab.run('deploy', { release: 'v4', strategy, rate: RATE })
      expect(deployment).toMatchObject({ ok: false, rolledBack: true, failure: { code: 'RELEASE_UNHEALTHY' } })
      expect(deployment.failure?.message).toContain('/healthz answered 500')
      const failed = deployment.steps.find((step) => step.ok === false)
      expect(failed).toMatchObject({ name: 'health', host: 'server-1' })
      expect(deployment.traffic).toMatchObject({ failed: NOTHING, downtimeMs: 0 })
      expect(releases()).toEqual(['v1', 'v1', 'v1', 'v1'])
      expect(lab.state().besides).toEqual([])
      expect(lab.state().hosts.flatMap(({ release }) => release ?? [])).toEqual(['v1', 'v1'])
    },
    40_000,
  )

  it('v5, which is slow at first, is refused by the rule of the canary', async () => {
    const deployment = await lab.run('deploy', { release: 'v5', strategy: 'canary' })
    expect(deployment).toMatchObject({ ok: false, rolledBack: true, canary: { verdict: 'latency', errors: 0 } })
    expect(deployment.failure?.code).toBe('CANARY_REFUSED')
    // The balancer is asked a few times a second.
    await lab.until(({ backends }) => backends.length === 2 && new Set(backends.map(({ weight }) => weight)).size === 1)
    expect(releases()).toEqual(['v1', 'v1', 'v1', 'v1'])
  }, 40_000)
})

describe('the way back', () => {
  beforeEach(() => lab.run('startLab', { topology: DISTRIBUTED }))

  it('is there at once after blue-green: the old processes are still there', async () => {
    const before = lab.service('app-1').pid
    await lab.run('deploy', { release: 'v2', strategy: 'blue-green' })
    expect(lab.state().besides.map(({ state, release }) => `${state} ${release}`)).toEqual(Array(4).fill('kept v1'))
    expect(lab.state().previousReleases).toHaveLength(2)
    const back = await lab.run('rollback', { rate: RATE })
    expect(back).toMatchObject({ ok: true, release: 'v1', traffic: { failed: NOTHING, downtimeMs: 0 } })
    expect(back.steps.map((step) => step.name)).not.toContain('start')
    expect(lab.service('app-1')).toMatchObject({ pid: before, release: 'v1' })
    expect((await lab.run('sendRequest', {})).release).toBe('v1')
  }, 40_000)

  it('is a deployment of the release before, after other strategies', async () => {
    await expect(lab.run('rollback', {})).rejects.toMatchObject({ code: 'ROLLBACK_NONE' })
    await lab.run('deploy', { release: 'v2', strategy: 'reload' })
    expect(await lab.run('rollback', {})).toMatchObject({ ok: true, release: 'v1', strategy: 'rolling' })
    expect(releases()).toEqual(['v1', 'v1', 'v1', 'v1'])
  }, 40_000)

  it('is taken when a person stops the deployment', async () => {
    const deploying = lab.run('deploy', { release: 'v2', strategy: 'canary', rate: RATE })
    await lab.waitFor((event) => event.type === 'deploymentProgressed' && event.deployment.canary !== null)
    await expect(lab.run('deploy', { release: 'v2' })).rejects.toMatchObject({ code: 'DEPLOY_BUSY' })
    await lab.run('stopDeployment', {})
    expect(await deploying).toMatchObject({
      ok: false,
      stopped: true,
      rolledBack: true,
      failure: { code: 'DEPLOY_STOPPED' },
      traffic: { failed: NOTHING },
    })
    expect(releases()).toEqual(['v1', 'v1', 'v1', 'v1'])
    await expect(lab.run('stopDeployment', {})).rejects.toMatchObject({ code: 'DEPLOY_NONE' })
  }, 40_000)
})

describe('an interrupted deployment', () => {
  it('is told at the next start, with what each server has', async () => {
    await lab.run('startLab', { topology: DISTRIBUTED })
    const workspace = lab.state().workspace ?? ''
    void lab.run('deploy', { release: 'v2', strategy: 'rolling' }).catch(() => undefined)
    await lab.waitFor((event) => event.type === 'hostReleaseSwitched' && event.host === 'server-1')
    // As a crash leaves it: the lab is gone, and nobody has ended the deployment.
    await lab.run('stopLab', {})
    const journal = await readFile(join(workspace, '.hoplab', 'deployment.json'), 'utf8')
    expect(JSON.parse(journal)).toMatchObject({ underWay: { release: 'v2', strategy: 'rolling' } })

    await lab.run('startLab', { topology: DISTRIBUTED })
    expect(lab.state().interruptedDeployment).toMatchObject({
      release: 'v2',
      strategy: 'rolling',
      hosts: [
        { host: 'server-1', from: 'v1', now: 'v2' },
        { host: 'server-2', from: 'v1', now: 'v1' },
      ],
    })
    expect(lab.service('app-1').release).toBe('v2')
    expect(lab.service('app-2').release).toBe('v1')
    await lab.run('deploy', { release: 'v2' })
    expect(lab.state().interruptedDeployment).toBeNull()
    expect(releases()).toEqual(['v2', 'v2', 'v2', 'v2'])
  }, 40_000)
})

describe('releases of a person', () => {
  beforeEach(() => lab.run('startLab', { topology: DISTRIBUTED }))

  it('are copied, edited, compared, checked and deployed; the live one is never touched', async () => {
    const { text } = await lab.run('readReleaseFile', { release: 'v1', file: 'app/pages.js' })
    const changed = text.replace('Hello from', 'Welcome to')
    const written = await lab.run('writeReleaseFile', { release: 'v1', file: 'app/pages.js', text: changed })
    expect(written).toEqual({ release: 'v6', created: true, file: 'app/pages.js' })
    expect((await lab.run('readReleaseFile', { release: 'v1', file: 'app/pages.js' })).text).toBe(text)
    const diff = await lab.run('diffReleases', { from: 'v1', to: 'v6' })
    expect(diff.files.map(({ path, addedLines, removedLines }) => [path, addedLines, removedLines])).toEqual([
      ['app/pages.js', 1, 1],
      ['release.json', expect.any(Number), expect.any(Number)],
    ])
    expect(await lab.run('checkRelease', { release: 'v6' })).toMatchObject({ ok: true, fault: null })
    expect(await lab.run('deploy', { release: 'v6' })).toMatchObject({ ok: true, strategy: 'rolling' })
    expect((await lab.run('sendRequest', {})).preview).toContain('Welcome to')
    // Now it is live; the same edit makes one more version.
    expect(await lab.run('writeReleaseFile', { release: 'v6', file: 'app/new.js', text: '' })).toMatchObject({
      release: 'v7',
      created: true,
    })
  }, 40_000)

  it('stay inside their folder', async () => {
    const folder = join(lab.state().workspace ?? '', 'hosts', 'server-1', 'codebase', 'releases', 'v2')
    const { symlink } = await import('node:fs/promises')
    await symlink(tmpdir(), join(folder, 'out'))
    for (const file of ['../v1/app/index.js', '/etc/passwd', 'app/../../v1/release.json', ''])
      await expect(lab.run('readReleaseFile', { release: 'v2', file })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    for (const file of ['out/x', 'no-such-file', 'app'])
      await expect(lab.run('readReleaseFile', { release: 'v2', file })).rejects.toMatchObject({
        code: 'RELEASE_FILE_INVALID',
      })
    await expect(lab.run('writeReleaseFile', { release: 'v2', file: 'out/x', text: '' })).rejects.toMatchObject({
      code: 'RELEASE_FILE_INVALID',
    })
    await expect(lab.run('createRelease', { from: 'v2', name: 'v1' })).rejects.toMatchObject({ code: 'RELEASE_EXISTS' })
  })

  it('are tidied away when they are old, but never those that a server has or had', async () => {
    for (let copy = 0; copy < 2; copy += 1) await lab.run('createRelease', { from: 'v1' })
    await lab.run('deploy', { release: 'v7', strategy: 'restart' })
    const codebase = join(lab.state().workspace ?? '', 'hosts', 'server-1', 'codebase')
    // v1 is where a rollback leads.
    expect((await readdir(join(codebase, 'releases'))).toSorted()).toEqual(['v1', 'v3', 'v4', 'v5', 'v6', 'v7'])
    expect(lab.state().releases.map(({ id }) => id)).not.toContain('v2')
    await lab.run('stopLab', {})
    await lab.run('startLab', { topology: DISTRIBUTED })
    expect(lab.state().releases.map(({ id }) => id)).not.toContain('v2')
  }, 40_000)
})

it('compares strategies under the same traffic, and makes a report of it', async () => {
  await lab.run('startLab', { topology: SIMPLE })
  await expect(lab.run('renderComparison', { format: 'csv' })).rejects.toMatchObject({ code: 'COMPARISON_NONE' })
  const comparison = await lab.run('compareStrategies', { rate: 100 })
  expect(comparison).toMatchObject({ from: 'v1', release: 'v2', rate: 100, resolutionMs: 10 })
  const [restart, reload] = comparison.rows
  expect(restart).toMatchObject({ strategy: 'restart', state: 'done' })
  expect(restart?.downtimeMs).toBeGreaterThan(20)
  expect(reload).toMatchObject({ strategy: 'reload', state: 'done', downtimeMs: 0, failed: 0 })
  expect(releases()).toEqual(['v1', 'v1'])
  const { text } = await lab.run('renderComparison', { format: 'html', words: { title: 'Comparaison' } })
  expect(text).toContain('<h1>Comparaison</h1>')
  expect(text).toContain('server-1: start-beside')
  const csv = (await lab.run('renderComparison', { format: 'csv' })).text
  expect(csv.split('\r\n')).toHaveLength(4)
  const { path } = await lab.run('saveComparison', { format: 'csv' })
  expect(path).toMatch(/reports\/comparison-v1-v2-[\d-]+\.csv$/)
  expect(await readFile(path, 'utf8')).toBe(csv)
}, 60_000)

itWith(
  ['haproxy'],
  'the real HAProxy loses no request by rolling, blue-green and canary',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hoplab-topology-'))
    const shipped = await readFile(join(lab.options.resourcesDir, 'topologies', `${DISTRIBUTED}.yaml`), 'utf8')
    const file = join(folder, 'mine.yaml')
    await writeFile(file, shipped.replace('engine: builtin', 'engine: haproxy'))
    try {
      await lab.engine.startLab({ topology: { file } })
      await lab.until((state) => state.backends.length === 2 && state.backends.every(({ state }) => state === 'up'))
      for (const strategy of ['rolling', 'blue-green', 'canary'] as const) {
        const [there, back] = await deployInTurn(strategy, strategy === 'canary' ? 1 : 2)
        expect(there).toMatchObject({ ok: true, strategy, traffic: { failed: NOTHING, downtimeMs: 0 } })
        if (back) expect(back).toMatchObject({ ok: true, strategy, traffic: { failed: NOTHING, downtimeMs: 0 } })
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  90_000,
)
