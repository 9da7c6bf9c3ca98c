import { createServer, type Server } from 'node:http'
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ServiceState } from '../../../services/contract/index.ts'
import { eventually, isListening, isProcessAlive, openTestEngine, type TestEngine } from '../../engine.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'
const SIMPLE = '0-simple_web_stack'

let lab: TestEngine
beforeEach(async () => void (lab = await openTestEngine()))
afterEach(() => lab.close())

function pids(services: readonly ServiceState[]): readonly number[] {
  return services.flatMap(({ pid }) => (pid === null ? [] : [pid]))
}

describe('a lab', () => {
  it.each([
    [SIMPLE, 4],
    [DISTRIBUTED, 7],
  ])('%s comes up with every service ready, and leaves nothing behind', async (topology, count) => {
    const { services } = await lab.run('startLab', { topology })
    expect(services.map((service) => service.state)).toEqual(Array<string>(count).fill('ready'))
    const running = pids(services)
    expect(running).toHaveLength(count)
    for (const pid of running) expect(await isProcessAlive(pid)).toBe(true)

    await lab.run('stopLab', {})
    for (const pid of running) expect(await isProcessAlive(pid)).toBe(false)
    for (const { address, port } of services) expect(await isListening(address, port)).toBe(false)
    expect(await lab.until((state) => state.phase === 'idle')).toMatchObject({ topology: null, services: [] })
  })

  it('answers a browser through DNS, balancer, web and application servers and the database', async () => {
    await lab.run('startLab', { topology: DISTRIBUTED })
    const pages = [await lab.run('sendRequest', {}), await lab.run('sendRequest', {})]
    for (const page of pages) {
      expect(page).toMatchObject({
        status: 200,
        release: 'v1',
        failure: null,
        resolved: { address: '127.10.0.10', ttlSeconds: 60 },
      })
      expect(page.assets.map((asset) => asset.status)).toContain(200)
      expect(page.phases.totalMs).toBeGreaterThanOrEqual(page.phases.dnsMs)
    }
    const guestbook = await lab.run('sendRequest', { url: 'www.foobar.com/guestbook' })
    expect((await lab.run('sendRequest', { url: '/guestbook' })).url).toBe(guestbook.url)
    expect(guestbook.via).toEqual(['lb-1', expect.stringMatching(/^web-/), expect.stringMatching(/^app-/), 'db-1'])
    const traceId = guestbook.traceparent.slice(3, 11)
    const log = join(lab.state().workspace ?? '', 'logs', 'db-1.log')
    await lab.run('stopLab', {})
    expect(await readFile(log, 'utf8')).toContain(traceId)
  })

  it('balances requests over both servers', async () => {
    await lab.run('startLab', { topology: DISTRIBUTED })
    const used = new Set<string | undefined>()
    for (let index = 0; index < 4; index += 1)
      used.add((await lab.run('sendRequest', { url: 'www.foobar.com/servers' })).via[1])
    expect([...used].sort()).toEqual(['web-1', 'web-2'])
  })

  it('shows a killed server, goes on without it, and takes it back', async () => {
    await lab.run('startLab', { topology: DISTRIBUTED })
    await lab.until((state) => state.backends.length === 2 && state.backends.every((server) => server.state === 'up'))
    const killed = await lab.run('actOnService', { service: 'web-1', action: 'kill' })
    expect(killed).toMatchObject({ state: 'failed', pid: null, exit: { signal: 'SIGKILL', code: null } })
    for (let index = 0; index < 4; index += 1) expect((await lab.run('sendRequest', {})).via[1]).toBe('web-2')
    await lab.until((state) => state.backends.some((server) => server.service === 'web-1' && server.state === 'down'))

    const started = await lab.run('actOnService', { service: 'web-1', action: 'start' })
    expect(started).toMatchObject({ state: 'ready', exit: null })
    await lab.until((state) => state.backends.every((server) => server.state === 'up'))
  })

  it('freezes a process and lets it go on', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    const frozen = await lab.run('actOnService', { service: 'app-1', action: 'freeze' })
    expect(frozen.state).toBe('frozen')
    await eventually(async () => / T /.test(await readFile(`/proc/${frozen.pid}/stat`, 'utf8')))
    expect((await lab.run('actOnService', { service: 'app-1', action: 'resume' })).state).toBe('ready')
    expect((await lab.run('sendRequest', {})).status).toBe(200)
    await lab.run('actOnService', { service: 'app-1', action: 'freeze' })
    expect((await lab.run('actOnService', { service: 'app-1', action: 'stop' })).state).toBe('stopped')
  })

  it('refuses what makes no sense, with a code', async () => {
    await expect(lab.run('stopLab', {})).rejects.toMatchObject({ code: 'LAB_NOT_RUNNING' })
    await expect(lab.run('startLab', { topology: 'no-such' })).rejects.toMatchObject({ code: 'TOPOLOGY_NOT_FOUND' })
    await lab.run('startLab', { topology: SIMPLE })
    await expect(lab.run('startLab', { topology: SIMPLE })).rejects.toMatchObject({ code: 'LAB_ALREADY_RUNNING' })
    await expect(lab.run('actOnService', { service: 'web-9', action: 'stop' })).rejects.toMatchObject({
      code: 'SERVICE_UNKNOWN',
    })
    await expect(lab.run('actOnService', { service: 'web-1', action: 'start' })).rejects.toMatchObject({
      code: 'SERVICE_ACTION_INVALID',
    })
    await expect(lab.run('deploy', { release: 'v9' })).rejects.toMatchObject({ code: 'RELEASE_UNKNOWN' })
    await expect(lab.run('deploy', { release: 'v2', hosts: ['ns-1'] })).rejects.toMatchObject({
      code: 'HOST_WITHOUT_CODE',
    })
    await expect(lab.run('sendRequest', { url: 'http://192.0.2.1/' })).rejects.toMatchObject({ code: 'URL_INVALID' })
    await expect(lab.run('readServiceFile', { service: 'web-1', file: '../../etc/passwd' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
  })

  it('starts a service once, however impatiently it is asked', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    await lab.run('actOnService', { service: 'web-1', action: 'stop' })
    const clicks = await Promise.allSettled(
      [1, 2, 3].map(() => lab.run('actOnService', { service: 'web-1', action: 'start' })),
    )
    expect(clicks.map((click) => click.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(lab.service('web-1').state).toBe('ready')
  })

  it('can be stopped while it starts', async () => {
    const starting = lab.run('startLab', { topology: DISTRIBUTED }).catch(() => null)
    await lab.waitFor((event) => event.type === 'serviceChanged' && event.patch.state === 'running')
    await lab.run('stopLab', {})
    await starting
    expect(lab.state()).toMatchObject({ phase: 'idle', services: [] })
  })

  it('brings a crashed process back by itself when told to', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    await lab.run('setAutomaticRestart', { service: 'web-1', enabled: true })
    const { pid } = lab.service('web-1')
    process.kill(pid ?? 0, 'SIGKILL')
    await lab.until((state) => state.services.some((service) => service.restarts === 1 && service.state === 'ready'))
    expect(lab.service('web-1').pid).not.toBe(pid)
  })

  it('counts requests and measures memory', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    await lab.run('sendRequest', { url: 'www.foobar.com/guestbook' })
    const { services } = await lab.until((state) =>
      state.services.every((service) => service.requests > 0 && service.memoryBytes !== null),
    )
    expect(services.find((service) => service.id === 'dns-1')?.requests).toBeGreaterThanOrEqual(1)
  })

  it('sends visitors of a name that does not exist home with the reason', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    const result = await lab.run('sendRequest', { url: 'http://nowhere.foobar.com/' })
    expect(result).toMatchObject({ status: null, failure: { code: 'REQUEST_DNS_FAILED' } })
    await lab.run('actOnService', { service: 'web-1', action: 'stop' })
    expect((await lab.run('sendRequest', {})).failure?.code).toBe('REQUEST_CONNECT_FAILED')
  })
})

describe('ports that are taken', () => {
  let other: Server
  beforeEach(async () => {
    other = createServer()
    await new Promise<void>((resolve) => other.listen(8080, '127.10.0.21', resolve))
  })
  afterEach(() => new Promise((resolve) => other.close(resolve)))

  it('are replaced when the lab starts, and said so', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    expect(lab.events.find((event) => event.type === 'portReplaced')).toMatchObject({
      service: 'web-1',
      port: 8080,
      replacement: 8081,
    })
    expect((await lab.run('sendRequest', {})).url).toBe('http://www.foobar.com:8081/')
  })
})

describe('deployment in place', () => {
  beforeEach(() => lab.run('startLab', { topology: DISTRIBUTED }))

  it('moves one server, then all of them', async () => {
    const one = await lab.run('deploy', { release: 'v2', hosts: ['server-1'] })
    expect(one).toMatchObject({ ok: true, results: [{ host: 'server-1', from: 'v1', to: 'v2', ok: true }] })
    expect(lab.service('app-1').release).toBe('v2')
    expect(lab.service('app-2').release).toBe('v1')
    const all = await lab.run('deploy', { release: 'v2' })
    expect(all.results.map((result) => [result.host, result.ok])).toEqual([
      ['server-1', true],
      ['server-2', true],
    ])
    expect((await lab.run('sendRequest', {})).release).toBe('v2')
  })

  it('reports a release that does not load, with file and line, and leaves the old one running', async () => {
    const broken = join(lab.state().workspace ?? '', 'hosts', 'server-1', 'codebase', 'releases', 'v3')
    await mkdir(join(broken, 'app'), { recursive: true })
    await writeFile(join(broken, 'app', 'index.js'), '// first line\nexport default {{ fetch() {} }\n')
    const before = lab.service('app-1').pid
    const result = await lab.run('deploy', { release: 'v3', hosts: ['server-1'] })
    expect(result).toMatchObject({
      ok: false,
      results: [{ ok: false, outageMs: 0, failure: { code: 'RELEASE_BROKEN' } }],
    })
    expect(result.results[0]?.failure?.message).toMatch(/index\.js:2/)
    expect(lab.service('app-1')).toMatchObject({ state: 'ready', pid: before, release: 'v1' })
  })

  it('goes back when a release loads but does not come up', async () => {
    const broken = join(lab.state().workspace ?? '', 'hosts', 'server-1', 'codebase', 'releases', 'v4')
    await mkdir(join(broken, 'app'), { recursive: true })
    const fatal =
      "if (!process.argv.includes('--check')) throw new Error('no good')\nexport default { fetch: () => new Response('x') }\n"
    await writeFile(join(broken, 'app', 'index.js'), fatal)
    const result = await lab.run('deploy', { release: 'v4', hosts: ['server-1'] })
    expect(result).toMatchObject({ ok: false, results: [{ ok: false, rolledBack: true }] })
    expect(lab.service('app-1')).toMatchObject({ state: 'ready', release: 'v1' })
    expect(lab.state().hosts.find((host) => host.id === 'server-1')?.release).toBe('v1')
  })
})

describe('the workspace', () => {
  it('keeps what a person wrote', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    const workspace = lab.state().workspace ?? ''
    const zone = join(workspace, 'hosts', 'ns-1', 'dns', 'foobar.com.zone')
    await appendFile(zone, 'shop IN A 127.10.0.21\n')
    await lab.run('stopLab', {})
    await lab.run('startLab', { topology: SIMPLE })
    expect(await readFile(zone, 'utf8')).toContain('shop IN A')
    expect((await lab.run('sendRequest', { url: 'http://shop.foobar.com/' })).status).toBe(200)
  })

  it('is refused when it is in use or holds other things', async () => {
    const foreign = join(lab.folder, 'foreign')
    await mkdir(foreign)
    await writeFile(join(foreign, 'essay.txt'), 'mine')
    await expect(lab.engine.startLab({ topology: SIMPLE, workspace: foreign })).rejects.toMatchObject({
      code: 'WORKSPACE_NOT_EMPTY',
    })
    expect(await readdir(foreign)).toEqual(['essay.txt'])

    await lab.run('startLab', { topology: SIMPLE })
    const second = await openTestEngine()
    await expect(
      second.engine.startLab({ topology: SIMPLE, workspace: lab.state().workspace ?? '' }),
    ).rejects.toMatchObject({ code: 'WORKSPACE_IN_USE' })
    await second.close()
  })

  it('hands a broken zone back with file and line, and the rest of the lab runs', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    const zone = join(lab.state().workspace ?? '', 'hosts', 'ns-1', 'dns', 'foobar.com.zone')
    await lab.run('stopLab', {})
    await appendFile(zone, 'broken IN A 300.1.1.1\n')
    await expect(lab.run('startLab', { topology: SIMPLE })).rejects.toMatchObject({ code: 'SERVICE_START_FAILED' })
    expect(lab.service('dns-1').failure?.message).toMatch(/foobar\.com\.zone:\d+: /)
    await lab.until(
      (state) =>
        state.phase === 'running' && state.services.filter((service) => service.state === 'ready').length === 3,
    )
  })
})
