import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CliHome, type CliRun } from '../../cli-process.ts'

/** The command line as its own process, with the real engine and the bundled programs. */

const DEMO_LIMIT_MS = 60_000

describe('command line with a real lab', () => {
  let home: CliHome
  beforeEach(async () => void (home = await CliHome.open()))
  afterEach(() => home.close())

  const lab = (...args: readonly string[]): CliRun => home.start(...args)

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
      expect((await readdir(home.folder)).filter((name) => name.startsWith('hoplab-demo-'))).toEqual([])
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
