import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** The command line as its own process, with the real engine and the bundled programs. */

const MAIN = fileURLToPath(new URL('../../../out/cli/main.mjs', import.meta.url))
const DEMO_LIMIT_MS = 60_000

interface Run {
  readonly child: ChildProcess
  stdout(): string
  readonly exit: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

describe('command line with a real lab', () => {
  let home: string
  let runs: Run[]

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'hoplab-cli-'))
    runs = []
  })
  afterEach(async () => {
    for (const { child } of runs) child.kill('SIGKILL')
    await rm(home, { recursive: true, force: true })
  })

  function lab(...args: readonly string[]): Run {
    const env = { ...process.env, HOME: home, TMPDIR: home, XDG_STATE_HOME: '', XDG_DATA_HOME: '' }
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

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  it(
    'demo does the main job by itself in under a minute and leaves nothing behind',
    async () => {
      const start = performance.now()
      const { code, stdout, stderr } = await lab('demo', '--json').exit
      expect({ code, stderr, answer: JSON.parse(stdout) }).toMatchObject({ code: 0, stderr: '', answer: { ok: true } })
      expect(performance.now() - start).toBeLessThan(DEMO_LIMIT_MS)
      const { steps } = JSON.parse(stdout) as { steps: { step: string }[] }
      expect(steps.map(({ step }) => step.split(' ')[0])).toEqual([
        ...['Bring', 'Open', 'Send', 'Follow', 'Deploy', 'Look', 'Kill', 'Bring', 'Stop'],
      ])
      expect((await readdir(home)).filter((name) => name.startsWith('hoplab-demo-'))).toEqual([])
    },
    2 * DEMO_LIMIT_MS,
  )

  it('up runs until Ctrl-C; meanwhile other shells drive it', async () => {
    const up = lab('up', '0-simple_web_stack', '--json')
    await expect.poll(up.stdout, { timeout: 30_000 }).toContain('"services"')
    const { services } = JSON.parse(up.stdout().split('\n')[0] ?? '') as { services: { pid: number }[] }

    const request = JSON.parse((await lab('request', '--json').exit).stdout) as { status: number; via: string[] }
    expect(request).toMatchObject({ status: 200, release: 'v1' })
    const killed = JSON.parse((await lab('kill', 'web-1', '--json').exit).stdout) as {
      state: string
      pid: number | null
    }
    expect(killed).toMatchObject({ id: 'web-1', state: 'failed', pid: null })
    expect(JSON.parse((await lab('request', '--json').exit).stdout)).toMatchObject({
      error: { code: 'REQUEST_CONNECT_FAILED' },
    })
    expect(JSON.parse((await lab('start', 'web-1', '--json').exit).stdout)).toMatchObject({ state: 'ready' })
    expect((await lab('logs', 'web-1').exit).stdout).toMatch(/ready/)

    up.child.kill('SIGINT')
    expect(await up.exit).toMatchObject({ code: 0, stderr: '' })
    expect(services.map(({ pid }) => pid).filter(isAlive)).toEqual([])
    expect(await lab('status').exit).toMatchObject({ code: 1, stdout: '' })
  })

  it('traffic measures the downtime of a server that is killed and started again', async () => {
    const up = lab('up', '0-simple_web_stack')
    await expect.poll(up.stdout, { timeout: 30_000 }).toContain('Ctrl-C stops the lab.')
    const traffic = lab('traffic', '--rate', '100', '--for', '8', '--json')
    const lines = lab('status', '--json')
    await lines.exit
    // What happens to a server while the traffic goes on: killed, and brought back.
    const killed = await lab('kill', 'web-1', '--json').exit
    expect(killed.code).toBe(0)
    expect((await lab('start', 'web-1', '--json').exit).code).toBe(0)
    const { code, stdout, stderr } = await traffic.exit
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const result = JSON.parse(stdout) as Record<string, number>
    expect(result).toMatchObject({ rate: 100, seconds: 8, due: 800, sent: 800, resolutionMs: 10 })
    expect(result['downtimeMs']).toBeGreaterThan(0)
    expect(result['downtimeMs']).toBeCloseTo(((result['due'] ?? 0) - (result['succeeded'] ?? 0)) * 10)
    expect(result['longestGapMs']).toBeLessThanOrEqual((result['downtimeMs'] ?? 0) + 0.001)
    expect(Object.keys(result['releases'] ?? {})).toEqual(['v1'])
    up.child.kill('SIGINT')
    expect(await up.exit).toMatchObject({ code: 0 })
  })

  it('down ends the process of up', async () => {
    const up = lab('up', '0-simple_web_stack')
    await expect.poll(up.stdout, { timeout: 30_000 }).toContain('Ctrl-C stops the lab.')
    expect(await lab('down').exit).toMatchObject({ code: 0 })
    expect(await up.exit).toMatchObject({ code: 0 })
  })
})
