import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaultState, RepairReport } from '../../../../services/contract/index.ts'
import { FakeEngine } from '../../../fake-engine.ts'
import { CliHarness } from '../cli-harness.ts'

const FAULT: FaultState = {
  id: 3,
  spec: { fault: 'latency', target: 'link', link: 'client>lb-1', direction: 'both', ms: 70, jitterMs: 5 },
  phase: 'active',
  setAtMs: 1000,
  endsAtMs: null,
  measured: { atMs: 2000, figures: [{ name: 'delayMs', value: 70.4 }] },
  failure: null,
}
const PROVED: RepairReport = {
  cleared: [3],
  checks: [{ check: 'pages-answer', ok: true, detail: 'it answered 200' }],
  asBefore: true,
}

describe('lab fault', () => {
  let cli: CliHarness
  let engine: FakeEngine
  beforeEach(async () => {
    cli = await CliHarness.open()
    engine = new FakeEngine({ addFault: () => FAULT, clearFault: () => null, clearAllFaults: () => PROVED })
    await cli.serve(engine)
  })
  afterEach(() => cli.close())

  it('add sends what was asked for', async () => {
    const { stdout } = await cli.run(
      'fault',
      'add',
      'latency',
      'client>lb-1',
      '--ms',
      '70',
      '--jitter',
      '5',
      '--for',
      '30',
    )
    expect(stdout).toContain('Number 3: latency on client>lb-1 (ms 70, jitterMs 5).')
    expect(engine.calls).toContainEqual({ command: 'addFault', input: { spec: FAULT.spec, forMs: 30_000 } })
    await cli.run('fault', 'add', 'unplug', 'server-1')
    const spec = { fault: 'unplug', target: 'nic', host: 'server-1', direction: 'both' }
    expect(engine.calls).toContainEqual({ command: 'addFault', input: { spec } })
    await cli.run('fault', 'add', 'error-rate', 'app-1', '--failures', '1', '--of', '3')
    expect(engine.calls).toContainEqual({
      command: 'addFault',
      input: { spec: { fault: 'error-rate', target: 'service', service: 'app-1', failures: 1, of: 3 } },
    })
  })

  it.each([
    [['latency', 'client>lb-1'], 'latency needs --ms.'],
    [['kill', 'web-1', '--ms', '5'], 'kill has no --ms.'],
    [['error-rate', 'app-1', '--of', '3'], 'error-rate needs --failures.'],
    [['loss', 'client>lb-1', '--percent', '101'], 'with these figures is not possible'],
    [['explode', 'web-1'], "'explode' is invalid"],
  ])('add %j says what is wrong, and breaks nothing', async (args, sentence) => {
    const { stderr, exitCode } = await cli.run('fault', 'add', ...args)
    expect(stderr).toContain(sentence)
    expect(exitCode).toBe(2)
    expect(engine.calls).toEqual([])
  })

  it('list shows what is set beside what is measured', async () => {
    expect((await cli.run('fault', 'list')).stdout).toContain('No fault is set.')
    engine.emit({ type: 'faultChanged', fault: FAULT })
    expect((await cli.run('fault', 'list')).stdout).toMatch(
      /3 +latency +client>lb-1 +ms 70, jitterMs 5 +70\.4 ms later +-/,
    )
    expect(JSON.parse((await cli.run('fault', 'list', '--json')).stdout)).toEqual({ faults: [FAULT] })
  })

  it('clear and clear-all repair, and say what was found', async () => {
    engine.emit({ type: 'faultChanged', fault: FAULT })
    expect((await cli.run('fault', 'clear', '3')).stdout).toContain('Repaired: latency on client>lb-1')
    expect(engine.calls).toContainEqual({ command: 'clearFault', input: { id: 3 } })
    const all = await cli.run('fault', 'clear-all')
    expect(all.stdout).toContain('ok  pages-answer: it answered 200')
    expect(all.exitCode).toBe(0)
    engine.handlers.clearAllFaults = () => ({ ...PROVED, asBefore: false })
    const bad = await cli.run('fault', 'clear-all')
    expect(bad.stdout).toContain('The lab is not as before.')
    expect(bad.exitCode).toBe(1)
  })
})
