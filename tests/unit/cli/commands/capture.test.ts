import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeEngine } from '../../../fake-engine.ts'
import { CliHarness } from '../cli-harness.ts'

describe('capture', () => {
  let cli: CliHarness
  let engine: FakeEngine
  let written: string
  beforeEach(async () => {
    cli = await CliHarness.open()
    written = join(cli.stateDir, 'written.pcapng')
    await writeFile(written, 'packets')
    engine = new FakeEngine({ exportCapture: () => ({ path: written, bytes: 7, packets: 3 }) })
    await cli.serve(engine)
  })
  afterEach(() => cli.close())

  it('puts the file where it is wanted and says what is in it', async () => {
    const file = join(cli.stateDir, 'mine.pcapng')
    await writeFile(file, 'an earlier, longer capture')
    const { stdout } = await cli.run('capture', file, '--json')
    expect(JSON.parse(stdout)).toEqual({ file, packets: 3, bytes: 7, workspaceFile: written })
    expect(await readFile(file, 'utf8')).toBe('packets')
    expect((await cli.run('capture', file)).stdout).toContain(`${file}: 3 packets, 7 bytes.`)
  })

  it('refuses a folder and a place that is not there, before the lab writes anything', async () => {
    expect((await cli.run('capture', cli.stateDir)).stderr).toContain('it is a folder')
    expect((await cli.run('capture', join(cli.stateDir, 'no', 'x.pcapng'))).stderr).toContain(
      'its folder does not exist',
    )
    expect((await cli.run('capture', '/dev/null')).stderr).toContain('it is no ordinary file')
    expect(engine.calls).toEqual([])
  })

  it('says so when the copy fails', async () => {
    engine.handlers.exportCapture = () => ({ path: `${written}.gone`, bytes: 7, packets: 3 })
    const { stdout, exitCode } = await cli.run('capture', join(cli.stateDir, 'x.pcapng'), '--json')
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 1, error: { code: 'EXPORT_FAILED' } })
  })
})
