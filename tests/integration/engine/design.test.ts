import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BackgroundTraffic, type BackgroundResult } from '../../background-traffic.ts'
import { eventually, isListening, isProcessAlive, openTestEngine, type TestEngine } from '../../engine.ts'
import { findTool } from '../../tools.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'
const LIMIT_MS = 60_000
/** What each change is watched for before the next one. */
const REQUESTS_BETWEEN = 60

let lab: TestEngine
let folder: string
beforeEach(async () => {
  lab = await openTestEngine()
  folder = await mkdtemp(join(tmpdir(), 'hoplab-design-'))
})
afterEach(async () => {
  await lab.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(engine: 'builtin' | 'haproxy'): Promise<void> {
  const shipped = join(lab.options.resourcesDir, 'topologies', `${DISTRIBUTED}.yaml`)
  const file = join(folder, 'mine.yaml')
  await writeFile(file, (await readFile(shipped, 'utf8')).replace('engine: builtin', `engine: ${engine}`))
  await lab.engine.startLab({ topology: { file } })
  await lab.until(({ backends }) => backends.length === 2 && backends.every(({ state }) => state === 'up'))
}

/** Works while visitors go on, over kept connections; answers what they met. */
async function underTraffic(work: (enough: () => Promise<void>) => Promise<void>): Promise<BackgroundResult> {
  const { address, port } = lab.service('lb-1')
  const traffic = new BackgroundTraffic({
    ...{ address, port, ratePerSecond: 100, paths: ['/', '/guestbook', '/style.css'], localAddress: '127.10.0.2' },
  })
  const enough = async (): Promise<void> => {
    const wanted = traffic.ended + REQUESTS_BETWEEN
    while (traffic.ended < wanted) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  try {
    await enough()
    await work(enough)
    await enough()
  } finally {
    await traffic.stop()
  }
  return traffic.stop()
}

function requestsOf(id: string): number {
  return lab.state().services.find((service) => service.id === id)?.requests ?? 0
}

const ENGINES = (['builtin', 'haproxy'] as const).filter((engine) => engine === 'builtin' || findTool(engine) !== null)

describe.each(ENGINES)('behind %s', (engine) => {
  it(
    'a pair that comes and goes costs no request, and takes its share',
    async () => {
      await start(engine)
      const result = await underTraffic(async (enough) => {
        expect(await lab.run('addServerPair', {})).toEqual({ host: 'server-3', web: 'web-3', app: 'app-3' })
        await lab.until(() => requestsOf('web-3') > 10 && requestsOf('app-3') > 0)
        const pids = ['web-3', 'app-3'].map((id) => lab.service(id).pid)
        await lab.run('removeServerPair', { host: 'server-3' })
        expect(lab.state().hosts.map(({ id }) => id)).not.toContain('server-3')
        for (const pid of pids) expect(pid !== null && (await isProcessAlive(pid))).toBe(false)
        await enough()
        // Undo brings it back, and another undo takes it away again.
        expect(await lab.run('undo', {})).toMatchObject({ way: 'undo', label: { text: 'Remove server-3' } })
        await lab.until(() => requestsOf('web-3') > 10)
        expect(await lab.run('undo', {})).toMatchObject({ label: { text: 'Add server-3' } })
        expect(lab.state().design).toMatchObject({ canUndo: false, canRedo: true, changed: false })
        await lab.run('redo', {})
        await lab.until(() => requestsOf('web-3') > 10)
      })
      expect(result.failures).toEqual([])
      expect(result.sent).toBeGreaterThan(200)
    },
    LIMIT_MS,
  )

  it(
    'algorithm, weights, backups and presets change while requests go on',
    async () => {
      await start(engine)
      const spec = () => lab.state().design.balancers[0]
      const result = await underTraffic(async (enough) => {
        for (const algorithm of ['leastconn', 'source', 'random', 'first', 'roundrobin'] as const) {
          await lab.run('setAlgorithm', { algorithm })
          expect(spec()?.algorithm).toBe(algorithm)
          await enough()
        }
        await lab.run('setServerWeight', { server: 'web-1', weight: 3 })
        await lab.until(({ backends }) => backends.some(({ server, weight }) => server === 'web-1' && weight === 3))
        await lab.run('applyPreset', { preset: 'activePassive', active: 'web-2' })
        // Figures come once a second, and HAProxy's old process goes on with the connections that it has.
        await eventually(async () => {
          const before = requestsOf('web-1')
          await enough()
          await enough()
          return requestsOf('web-1') - before < REQUESTS_BETWEEN / 6
        })
        await lab.run('applyPreset', { preset: 'activeActive' })
        await lab.run('setServerBackup', { server: 'web-1', backup: true })
        expect(spec()?.servers).toMatchObject([{ backup: true, weight: 3 }, { backup: false }])
        while (lab.state().design.canUndo) await lab.run('undo', {})
      })
      expect(result.failures).toEqual([])
      expect(lab.state().design.changed).toBe(false)
      expect(spec()).toMatchObject({ algorithm: 'roundrobin', servers: [{ weight: 1 }, { weight: 1 }] })
    },
    LIMIT_MS,
  )
})

describe('a pair that was added', () => {
  it(
    'is one like the others: files, packets, traces, deployments',
    async () => {
      await lab.run('startLab', { topology: DISTRIBUTED })
      await lab.run('deploy', { release: 'v2' })
      await lab.run('addServerPair', {})
      expect(lab.state().hosts.find(({ id }) => id === 'server-3')).toMatchObject({
        kind: 'physical',
        address: '127.10.0.23',
        release: 'v2',
      })
      expect(lab.state().links.map(({ id }) => id)).toEqual(
        expect.arrayContaining(['lb-1>web-3', 'web-3>app-3', 'app-3>db-1']),
      )
      const codebase = join(lab.state().workspace ?? '', 'hosts', 'server-3', 'codebase', 'releases')
      expect(await readdir(codebase)).toEqual(expect.arrayContaining(['v1', 'v2']))
      await lab.run('applyPreset', { preset: 'activePassive', active: 'web-3' })
      const page = await lab.run('sendRequest', { url: 'www.foobar.com/guestbook' })
      expect(page).toMatchObject({ status: 200, via: ['lb-1', 'web-3', 'app-3', 'db-1'], release: 'v2' })
      const filter = 'link lb-1 > web-3'
      await eventually(async () => (await lab.run('readPackets', { filter, from: null, limit: 10 })).rows.length > 0)
      await lab.run('applyPreset', { preset: 'activeActive' })
      expect(await lab.run('deploy', { release: 'v1' })).toMatchObject({ ok: true })
      expect(lab.service('app-3').release).toBe('v1')
      await lab.run('resetDesign', {})
      expect(lab.state().services.map(({ id }) => id)).not.toContain('app-3')
      expect(await isListening('127.10.0.23', 8080)).toBe(false)
    },
    LIMIT_MS,
  )

  it(
    'works without network cards too',
    async () => {
      await lab.close()
      lab = await openTestEngine({ networkCards: false })
      await lab.run('startLab', { topology: DISTRIBUTED })
      await lab.run('addServerPair', {})
      await lab.run('applyPreset', { preset: 'activePassive', active: 'web-3' })
      expect((await lab.run('sendRequest', {})).via.slice(0, 2)).toEqual(['lb-1', 'web-3'])
      await lab.run('undo', {})
      await lab.run('undo', {})
      expect(lab.state().hosts.map(({ id }) => id)).not.toContain('server-3')
    },
    LIMIT_MS,
  )

  it(
    'is taken away again when it does not come up, and nothing is left of it',
    async () => {
      await lab.run('startLab', { topology: DISTRIBUTED })
      const config = join(lab.state().workspace ?? '', 'hosts', 'balancer-1', 'haproxy.cfg')
      const text = await readFile(config, 'utf8')
      await writeFile(config, `${text}# mine\n`)
      await expect(lab.run('addServerPair', {})).rejects.toMatchObject({ code: 'CONFIG_EDITED' })
      expect(lab.state().hosts.map(({ id }) => id)).not.toContain('server-3')
      expect(lab.state().design).toMatchObject({ work: null, changes: [], changed: false })
      expect(await isListening('127.10.0.23', 8080)).toBe(false)
      await writeFile(config, text)
      await lab.run('addServerPair', {})
    },
    LIMIT_MS,
  )
})

it(
  'refuses what cannot be',
  async () => {
    await lab.run('startLab', { topology: '0-simple_web_stack' })
    await expect(lab.run('addServerPair', {})).rejects.toMatchObject({ code: 'PAIR_NO_MODEL' })
    await expect(lab.run('setAlgorithm', { algorithm: 'first' })).rejects.toMatchObject({ code: 'BALANCER_UNKNOWN' })
    await lab.run('stopLab', {})
    await lab.run('startLab', { topology: DISTRIBUTED })
    await expect(lab.run('removeServerPair', { host: 'database-1' })).rejects.toMatchObject({ code: 'PAIR_UNKNOWN' })
    await lab.run('removeServerPair', { host: 'server-1' })
    await expect(lab.run('removeServerPair', { host: 'server-2' })).rejects.toMatchObject({ code: 'PAIR_LAST' })
    await expect(lab.run('setServerWeight', { server: 'web-2', weight: 0 })).rejects.toMatchObject({
      code: 'SERVER_LAST_ACTIVE',
    })
    await expect(lab.run('setAlgorithm', { algorithm: 'roundrobin' })).rejects.toMatchObject({ code: 'DESIGN_NOTHING' })
    await lab.run('undo', {})
    expect(lab.state().hosts.map(({ id }) => id)).toEqual(expect.arrayContaining(['server-1', 'server-2']))
  },
  LIMIT_MS,
)
