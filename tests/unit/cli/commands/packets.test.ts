import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LabError, type PacketRow } from '../../../../services/contract/index.ts'
import { FakeEngine } from '../../../fake-engine.ts'
import { fakePage, fakeRow } from '../../../fake-network.ts'
import { CliHarness } from '../cli-harness.ts'

describe('packets', () => {
  let cli: CliHarness
  let engine: FakeEngine
  let rows: PacketRow[]
  beforeEach(async () => {
    cli = await CliHarness.open()
    rows = []
    engine = new FakeEngine({
      readPackets: ({ from, limit }) => {
        const start = from ?? Math.max(0, rows.length - limit)
        return fakePage(rows.slice(start, start + limit), start, { endIndex: rows.length })
      },
    })
    await cli.serve(engine)
  })
  afterEach(() => cli.close())

  it('--json has exactly the documented fields, one packet a line, the oldest first', async () => {
    rows = [fakeRow(1), fakeRow(2, { trace: 3 }), fakeRow(3)]
    const { stdout, exitCode } = await cli.run('packets', '--limit', '2', '--json')
    const lines = stdout.trimEnd().split('\n')
    expect({ exitCode, count: lines.length }).toEqual({ exitCode: 0, count: 2 })
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      ...{ no: 2, timeNs: 2_000_000, host: 'balancer-1', link: 'client>lb-1', from: 'client', to: 'lb-1' },
      ...{ protocol: 'HTTP', kind: 'segment', length: 78, info: 'GET /', trace: 3 },
    })
  })

  it('shows a line each to a person, free of what would steer the terminal', async () => {
    rows = [fakeRow(1, { info: 'GET /\u001b[2J\n x', trace: 3 })]
    expect((await cli.run('packets')).stdout).toBe(
      '     1      0.001000  client > lb-1           HTTP   segment        78  #3    GET /.[2J x\n',
    )
  })

  it('marks the place of a mistake in the filter, and exits with 2', async () => {
    const error = {
      ...{ key: 'nameSuggested', params: { found: 'web-9', nearest: 'web-1' } },
      ...{ start: 5, end: 10, expected: ['web-1'] },
    }
    engine.handlers.readPackets = () => fakePage([], 0, { error })
    const message = 'This lab has no host or service named web-9. Did you mean web-1?'
    expect(await cli.run('packets', '--filter', 'host web-9')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `Error: ${message}\n  host web-9\n       ^^^^^\n  Expected here: web-1\n`,
    })
    expect(JSON.parse((await cli.run('packets', '--filter', 'host web-9', '--json')).stdout)).toEqual({
      error: { code: 'FILTER_INVALID', message, filter: 'host web-9', start: 5, end: 10, expected: ['web-1'] },
    })
  })

  it('--follow goes on until Ctrl-C, also while the network cards are started anew', async () => {
    rows = [fakeRow(1)]
    const following = cli.start('packets', '--follow', '--json')
    const nos = (): number[] =>
      following
        .stdout()
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { no: number }).no)
    await expect.poll(nos).toEqual([1])
    const { readPackets } = engine.handlers
    let refused = 0
    engine.handlers.readPackets = () => {
      refused += 1
      throw new LabError('NETWORK_OFF', { state: 'failed' })
    }
    await expect.poll(() => refused).toBeGreaterThan(1)
    rows.push(fakeRow(2))
    if (readPackets) engine.handlers.readPackets = readPackets
    await expect.poll(nos).toEqual([1, 2])
    engine.emit({ type: 'packetsCleared' })
    rows = [fakeRow(1, { info: 'anew' })]
    await expect.poll(following.stdout).toContain('anew')
    following.pressCtrlC()
    expect(await following.done).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('--follow ends with the lab', async () => {
    engine.handlers.readPackets = () => {
      throw new LabError('LAB_NOT_RUNNING')
    }
    expect(await cli.run('packets', '--follow')).toMatchObject({ exitCode: 1 })
    let asked = 0
    engine.handlers.readPackets = () => {
      asked += 1
      if (asked > 2) throw new LabError('LAB_NOT_RUNNING')
      return fakePage([])
    }
    expect(await cli.run('packets', '--follow')).toMatchObject({ exitCode: 0 })
  })
})
