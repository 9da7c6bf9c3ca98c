import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LabError } from '../../../../services/contract/index.ts'
import { FakeEngine } from '../../../fake-engine.ts'
import { CliHarness } from '../cli-harness.ts'

describe('up', () => {
  let cli: CliHarness
  let engine: FakeEngine
  beforeEach(async () => {
    cli = await CliHarness.open()
    engine = new FakeEngine()
    cli.engine = engine
  })
  afterEach(() => cli.close())

  it('prints addresses and what to try, runs until Ctrl-C, then stops everything', async () => {
    const up = cli.start('up', 'small', '--workspace', '/labs/mine')
    await expect.poll(up.stdout).toContain('Ctrl-C stops the lab.')
    expect(up.stdout()).toContain('Workspace /labs/mine')
    expect(up.stdout()).toContain('dig @127.10.0.53 -p 8053 www.foobar.com')
    expect(up.stdout()).toContain('curl http://127.10.0.10:8080/')
    engine.emit({ type: 'serviceChanged', service: 'web-1', patch: { state: 'failed', exit: SIGKILLED } })
    expect(up.stdout()).toMatch(/\d\d:\d\d:\d\d {2}web-1: failed: signal SIGKILL\n$/)
    up.pressCtrlC()
    const { exitCode, stdout } = await up.done
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Stopping 3 processes ...')
    expect(engine.isDisposed).toBe(true)
    expect(await cli.run('status')).toMatchObject({ exitCode: 1 })
  })

  it('can be driven and ended from another shell', async () => {
    const up = cli.start('up', 'small', '--json')
    await expect.poll(up.stdout).toContain('"services"')
    expect(JSON.parse((await cli.run('status', '--json')).stdout)).toMatchObject({ topology: 'small' })
    expect(await cli.run('down')).toMatchObject({ exitCode: 0 })
    const { exitCode, stdout } = await up.done
    expect(exitCode).toBe(0)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({ topology: 'small', services: [{ id: 'lb-1' }, { id: 'web-1' }, { id: 'web-2' }] })
    expect(lines.at(-1)).toMatchObject({ type: 'labDisposed' })
    expect(engine.isDisposed).toBe(true)
  })

  it('reports a lab that does not start and leaves nothing behind', async () => {
    engine.startLab = () => Promise.reject(new LabError('TOPOLOGY_NOT_FOUND', { topology: 'x', known: 'small' }))
    const { exitCode, stdout } = await cli.run('up', 'x', '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'TOPOLOGY_NOT_FOUND' } })
    expect(engine.isDisposed).toBe(true)
  })

  it('stops cleanly by Ctrl-C while the lab is still starting', async () => {
    engine.startLab = () => new Promise(() => undefined)
    const up = cli.start('up', 'small')
    await expect.poll(up.stdout).toContain('Starting')
    up.pressCtrlC()
    expect(await up.done).toMatchObject({ exitCode: 130 })
    expect(engine.isDisposed).toBe(true)
  })
})

const SIGKILLED = { code: null, signal: 'SIGKILL', lastLine: '' }
