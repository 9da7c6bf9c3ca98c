import { spawn, type ChildProcess } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NOTHING } from '../../nothing.ts'

/** Deployments from the command line, with the real engine in another process. */

const MAIN = fileURLToPath(new URL('../../../out/cli/main.mjs', import.meta.url))
const SHIPPED = fileURLToPath(new URL('../../../resources/codebases/foobar/releases/', import.meta.url))
const DISTRIBUTED = '1-distributed_web_infrastructure'

interface Run {
  readonly child: ChildProcess
  stdout(): string
  readonly exit: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

let home: string
let runs: Run[]

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'hoplab-cli-'))
  runs = []
})
afterEach(async () => {
  // The lab ends first, by itself; what does not is killed.
  for (const { child } of runs) child.kill('SIGTERM')
  await Promise.all(runs.map((run) => run.exit))
  await rm(home, { recursive: true, force: true })
})

function lab(...args: readonly string[]): Run {
  const env = { ...process.env, HOME: home, TMPDIR: home, INIT_CWD: home, XDG_STATE_HOME: '', XDG_DATA_HOME: '' }
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const exit = new Promise<Awaited<Run['exit']>>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  )
  const run = { child, stdout: () => stdout, exit }
  runs.push(run)
  return run
}

async function up(topology: string): Promise<Run> {
  const run = lab('up', topology, '--json')
  await expect.poll(run.stdout, { timeout: 30_000 }).toContain('"services"')
  return run
}

async function json(...args: readonly string[]): Promise<unknown> {
  return JSON.parse((await lab(...args, '--json').exit).stdout)
}

it('deploys by a strategy under traffic, and goes back', async () => {
  await up(DISTRIBUTED)
  expect(await json('deploy', 'v2', '--strategy', 'rolling', '--rate', '100')).toMatchObject({
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
  const broken = await lab('deploy', 'v4', '--json').exit
  expect(broken.code).toBe(1)
  expect(JSON.parse(broken.stdout)).toMatchObject({
    ok: false,
    rolledBack: true,
    error: { code: 'RELEASE_UNHEALTHY' },
  })
  expect(await json('rollback')).toMatchObject({ release: 'v1', ok: true })
  expect((await lab('deploy', 'v2', '--strategy', 'wishful').exit).code).toBe(2)
}, 60_000)

it('takes a folder of the person as a new release, and shows what is new in it', async () => {
  await up('0-simple_web_stack')
  const mine = join(home, 'my-site')
  await cp(join(SHIPPED, 'v1'), mine, { recursive: true })
  const index = await readFile(join(mine, 'app', 'pages.js'), 'utf8')
  await writeFile(join(mine, 'app', 'pages.js'), index.replace('Hello from', 'Welcome to'))
  await mkdir(join(mine, 'node_modules', 'junk'), { recursive: true })
  await writeFile(join(mine, 'node_modules', 'junk', 'index.js'), '')
  const { code, stdout } = await lab('deploy', './my-site', '--strategy', 'reload').exit
  expect(code).toBe(0)
  expect(stdout).toContain('my-site against v1: 1 file changed.')
  expect(stdout).toMatch(/-.*Hello from/)
  expect(stdout).toMatch(/\+.*Welcome to/)
  expect(await json('request')).toMatchObject({ release: 'my-site', status: 200 })

  await symlink(tmpdir(), join(mine, 'app', 'elsewhere.js'))
  expect(await json('deploy', './my-site')).toMatchObject({ error: { code: 'FOLDER_UNUSABLE' } })
  expect(await json('deploy', './nothing')).toMatchObject({ error: { code: 'FOLDER_UNUSABLE' } })
}, 60_000)

it('compares strategies and writes the report', async () => {
  await up('0-simple_web_stack')
  const strategies = ['--strategies', 'restart,reload', '--rate', '100']
  expect(await json('compare', ...strategies, '--report', 'table.html')).toMatchObject({
    from: 'v1',
    release: 'v2',
    strategies: [
      { strategy: 'restart', ok: true },
      { strategy: 'reload', ok: true, downtimeMs: 0, failed: 0 },
    ],
  })
  expect(await readFile(join(home, 'table.html'), 'utf8')).toContain('<h1>Deployment strategies compared</h1>')
  expect(await lab('compare', '--report', 'table.pdf').exit).toMatchObject({ code: 2 })
}, 60_000)

it('says at the next start that a crash has interrupted a deployment', async () => {
  const first = await up(DISTRIBUTED)
  const deploying = lab('deploy', 'v2', '--strategy', 'canary')
  await expect.poll(first.stdout, { timeout: 20_000, interval: 20 }).toContain('"hostReleaseSwitched"')
  first.child.kill('SIGKILL')
  expect((await deploying.exit).code).not.toBe(0)
  await first.exit

  const second = lab('up', DISTRIBUTED, '--json')
  await expect.poll(second.stdout, { timeout: 30_000 }).toContain('"services"')
  const { services } = JSON.parse(second.stdout().split('\n')[0] ?? '') as {
    services: { id: string; release: string | null }[]
  }
  const releases = Object.fromEntries(services.map(({ id, release }) => [id, release]))
  expect(releases).toMatchObject({ 'app-1': 'v2', 'app-2': 'v1' })
  const status = await lab('status').exit
  expect(status.stdout).toContain(
    'The last deployment (v2 by canary) was interrupted: server-1 has v2, server-2 has v1.',
  )
}, 90_000)
