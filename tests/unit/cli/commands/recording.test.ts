import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NO_RECORDING } from '../../../../services/contract/index.ts'
import { FakeEngine } from '../../../fake-engine.ts'
import { CliHarness } from '../cli-harness.ts'

const MIB = 1024 * 1024

describe('recording', () => {
  let cli: CliHarness
  let engine: FakeEngine
  beforeEach(async () => {
    cli = await CliHarness.open()
    engine = new FakeEngine({ setRecording: (wanted) => ({ ...NO_RECORDING, ...wanted }) })
    await cli.serve(engine)
  })
  afterEach(() => cli.close())

  it('shows what is recorded and changes nothing', async () => {
    expect(JSON.parse((await cli.run('recording', '--json')).stdout)).toEqual(NO_RECORDING)
    expect((await cli.run('recording')).stdout).toBe(
      'Recording: full; 0.0 MiB of 64.0 MiB used; 0 packets recorded, 0 dropped, 0 skipped.\n',
    )
    expect(engine.calls).toEqual([])
  })

  it('sets what is named and leaves the rest', async () => {
    await cli.run('recording', 'headers')
    await cli.run('recording', '--ring', '128')
    expect(engine.calls.map(({ input }) => input)).toEqual([
      { mode: 'headers', ringBytes: 64 * MIB },
      { mode: 'full', ringBytes: 128 * MIB },
    ])
  })

  it('takes no other mode and no ring that is too small', async () => {
    expect(await cli.run('recording', 'loud')).toMatchObject({ exitCode: 2 })
    expect(await cli.run('recording', '--ring', '0')).toMatchObject({ exitCode: 2 })
    expect(engine.calls).toEqual([])
  })
})
