import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CliHome } from '../../cli-process.ts'
import { NOTHING } from '../../nothing.ts'

/** Deployments from the command line, with the real engine in another process. */

const SHIPPED = fileURLToPath(new URL('../../../resources/codebases/foobar/releases/', import.meta.url))
const DISTRIBUTED = '1-distributed_web_infrastructure'

let home: CliHome
beforeEach(async () => void (home = await CliHome.open()))
afterEach(() => home.close())

it('deploys by a strategy under traffic, and goes back', async () => {
  await home.startLab('up', DISTRIBUTED)
  expect(await home.json('deploy', 'v2', '--strategy', 'rolling', '--rate', '100')).toMatchObject({
    release: 'v2',
    strategy: 'rolling',
    ok: true,
    rolledBack: false,
    hosts: [
      { host: 'server-1', from: 'v1', to: 'v2' },
      { host: 'server-2', from: 'v1', to: 'v2' },
    ],
    traffic: { rate: 100, failed: NOTHING, downtimeMs: 0 },
  })
  const broken = await home.start('deploy', 'v4', '--json').exit
  expect(broken.code).toBe(1)
  expect(JSON.parse(broken.stdout)).toMatchObject({
    ok: false,
    rolledBack: true,
    error: { code: 'RELEASE_UNHEALTHY' },
  })
  expect(await home.json('rollback')).toMatchObject({ release: 'v1', ok: true })
  expect((await home.start('deploy', 'v2', '--strategy', 'wishful').exit).code).toBe(2)
}, 60_000)

it('takes a folder of the person as a new release, and shows what is new in it', async () => {
  await home.startLab('up', '0-simple_web_stack')
  const mine = join(home.folder, 'my-site')
  await cp(join(SHIPPED, 'v1'), mine, { recursive: true })
  const index = await readFile(join(mine, 'app', 'pages.js'), 'utf8')
  await writeFile(join(mine, 'app', 'pages.js'), index.replace('Hello from', 'Welcome to'))
  await mkdir(join(mine, 'node_modules', 'junk'), { recursive: true })
  await writeFile(join(mine, 'node_modules', 'junk', 'index.js'), '')
  const { code, stdout } = await home.start('deploy', './my-site', '--strategy', 'reload').exit
  expect(code).toBe(0)
  expect(stdout).toContain('my-site against v1: 1 file changed.')
  expect(stdout).toMatch(/-.*Hello from/)
  expect(stdout).toMatch(/\+.*Welcome to/)
  expect(await home.json('request')).toMatchObject({ release: 'my-site', status: 200 })

  await symlink(tmpdir(), join(mine, 'app', 'elsewhere.js'))
  expect(await home.json('deploy', './my-site')).toMatchObject({ error: { code: 'FOLDER_UNUSABLE' } })
  expect(await home.json('deploy', './nothing')).toMatchObject({ error: { code: 'FOLDER_UNUSABLE' } })
}, 60_000)

it('compares strategies and writes the report', async () => {
  await home.startLab('up', '0-simple_web_stack')
  const strategies = ['--strategies', 'restart,reload', '--rate', '100']
  expect(await home.json('compare', ...strategies, '--report', 'table.html')).toMatchObject({
    from: 'v1',
    release: 'v2',
    strategies: [
      { strategy: 'restart', ok: true },
      { strategy: 'reload', ok: true, downtimeMs: 0, failed: 0 },
    ],
  })
  expect(await readFile(join(home.folder, 'table.html'), 'utf8')).toContain('<h1>Deployment strategies compared</h1>')
  expect(await home.start('compare', '--report', 'table.pdf').exit).toMatchObject({ code: 2 })
}, 60_000)

it('says at the next start that a crash has interrupted a deployment', async () => {
  const first = await home.startLab('up', DISTRIBUTED)
  const deploying = home.start('deploy', 'v2', '--strategy', 'canary')
  await expect.poll(first.stdout, { timeout: 20_000, interval: 20 }).toContain('"hostReleaseSwitched"')
  first.child.kill('SIGKILL')
  expect((await deploying.exit).code).not.toBe(0)
  await first.exit

  const second = home.start('up', DISTRIBUTED, '--json')
  await expect.poll(second.stdout, { timeout: 30_000 }).toContain('"services"')
  const { services } = JSON.parse(second.stdout().split('\n')[0] ?? '') as {
    services: { id: string; release: string | null }[]
  }
  const releases = Object.fromEntries(services.map(({ id, release }) => [id, release]))
  expect(releases).toMatchObject({ 'app-1': 'v2', 'app-2': 'v1' })
  const status = await home.start('status').exit
  expect(status.stdout).toContain(
    'The last deployment (v2 by canary) was interrupted: server-1 has v2, server-2 has v1.',
  )
}, 90_000)
