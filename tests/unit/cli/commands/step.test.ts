import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LabError, type StepState } from '../../../../services/contract/index.ts'
import type { Keyboard } from '../../../../services/cli/keys.ts'
import { FakeEngine } from '../../../fake-engine.ts'
import { fakeStep, fakeStop } from '../../../fake-network.ts'
import { CliHarness } from '../cli-harness.ts'

class FakeKeyboard extends EventEmitter implements Keyboard {
  readonly isTTY = true
  isRaw = false
  setRawMode(raw: boolean): void {
    this.isRaw = raw
  }
  resume(): void {
    // Nothing to hold back here.
  }
  pause(): void {
    // Nothing to hold back here.
  }
  type(keys: string): void {
    this.emit('data', Buffer.from(keys))
  }
}

describe('step', () => {
  let cli: CliHarness
  let engine: FakeEngine
  let state: StepState
  const change = (patch: Partial<StepState>): StepState => {
    state = { ...state, ...patch }
    engine.emit({ type: 'stepChanged', step: state })
    return state
  }
  /** The packet reaches the next stop, or the end after the second. */
  const goOn = (): StepState => {
    const { length } = state.stops
    if (length === 2) return change({ phase: 'done', status: 200 })
    return change({ phase: 'waiting', stops: [...state.stops, fakeStop(length + 1)] })
  }

  beforeEach(async () => {
    cli = await CliHarness.open()
    state = fakeStep()
    engine = new FakeEngine({
      stepRequest: () => {
        state = fakeStep()
        return goOn()
      },
      stepNext: () => goOn(),
      stepPlay: ({ paceMs }) => change({ paceMs }),
      stepPause: () => change({ paceMs: null }),
      stepToEnd: () => change({ phase: 'done', status: 200 }),
      stepCancel: () => change({ phase: 'cancelled' }),
    })
    await cli.serve(engine)
  })
  afterEach(() => cli.close())

  const orders = (): string[] => engine.calls.map(({ command }) => command)

  it('Enter lets the packet go on, stop by stop, and gives the terminal back', async () => {
    const keyboard = new FakeKeyboard()
    const stepping = cli.startAt(keyboard, 'step')
    await expect.poll(stepping.stdout).toContain('Stop 1: client > lb-1')
    expect(stepping.stdout()).toContain('lb-1 chooses by roundrobin among web-1, web-2.')
    expect({ isRaw: keyboard.isRaw, says: stepping.stdout().includes('Enter = next') }).toEqual({
      isRaw: true,
      says: true,
    })
    keyboard.type('\u001b[Cx\r')
    await expect.poll(stepping.stdout).toContain('Stop 2:')
    keyboard.type('\r')
    const { exitCode, stdout } = await stepping.done
    expect({ exitCode, isRaw: keyboard.isRaw, listeners: keyboard.listenerCount('data') }).toEqual({
      ...{ exitCode: 0, isRaw: false, listeners: 0 },
    })
    expect(stdout).toContain('Done after 2 stops: status 200.')
    expect(orders()).toEqual(['stepRequest', 'stepNext', 'stepNext'])
  })

  it('p plays and pauses, e runs to the end', async () => {
    const keyboard = new FakeKeyboard()
    const stepping = cli.startAt(keyboard, 'step')
    await expect.poll(stepping.stdout).toContain('Stop 1')
    keyboard.type('ppe')
    expect(await stepping.done).toMatchObject({ exitCode: 0 })
    expect(orders()).toEqual(['stepRequest', 'stepPlay', 'stepPause', 'stepToEnd'])
  })

  it('q gives the request up', async () => {
    const keyboard = new FakeKeyboard()
    const stepping = cli.startAt(keyboard, 'step')
    await expect.poll(stepping.stdout).toContain('Stop 1')
    keyboard.type('q')
    expect(await stepping.done).toMatchObject({ exitCode: 0, stderr: '' })
    expect(orders()).toEqual(['stepRequest', 'stepCancel'])
  })

  it.each(['key', 'signal'])('Ctrl-C as a %s gives the request up, and the lab goes on', async (way) => {
    const keyboard = new FakeKeyboard()
    const stepping = cli.startAt(keyboard, 'step')
    await expect.poll(stepping.stdout).toContain('Stop 1')
    if (way === 'key') keyboard.type('\u0003')
    else stepping.pressCtrlC()
    expect(await stepping.done).toMatchObject({ exitCode: 130 })
    expect(orders()).toEqual(['stepRequest', 'stepCancel'])
    expect({ isRaw: keyboard.isRaw, phase: engine.state.phase }).toEqual({ isRaw: false, phase: 'running' })
  })

  it('--auto --json plays by itself: a line for each stop, one for the end', async () => {
    engine.handlers.stepPlay = ({ paceMs }) => {
      queueMicrotask(() => {
        goOn()
        goOn()
      })
      return change({ paceMs })
    }
    const { exitCode, stdout } = await cli.run('step', '--auto', '50', '--json')
    const lines = stdout.trimEnd().split('\n')
    expect({ exitCode, count: lines.length }).toEqual({ exitCode: 0, count: 3 })
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      ...{ no: 1, host: 'balancer-1', service: 'lb-1', link: 'client>lb-1', direction: 'in', message: 'request' },
      ...{ title: 'GET / HTTP/1.1', from: 'client', to: 'lb-1', packet: 0 },
      why: 'client asks for / at 127.10.0.10:8080: this is lb-1.',
      next: 'lb-1 chooses by roundrobin among web-1, web-2.',
    })
    expect(JSON.parse(lines[2] ?? '')).toEqual({
      ...{ url: 'http://www.foobar.com:8080/', phase: 'done', status: 200, trace: 1, stops: 2, failure: null },
    })
  })

  it('fails when the request does, and says what became of the packet', async () => {
    const { code, message, params } = new LabError('REQUEST_TIMED_OUT', {
      address: '127.10.0.10',
      port: 8080,
      seconds: 1,
    })
    engine.handlers.stepPlay = () => {
      const lost = fakeStop(1, { ended: { atMs: 2, how: 'lost', reason: 'server-gone' } })
      return change({ phase: 'failed', stops: [lost], failure: { code, message, params } })
    }
    const { exitCode, stdout, stderr } = await cli.run('step', '--auto', '50')
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `Error: ${message}\n` })
    expect(stdout).toContain('Stop 1: The packet is lost: the process that it was meant for has ended.')
  })

  it('says so where nobody can press a key, before anything is sent', async () => {
    expect((await cli.run('step')).stderr).toContain('there is no terminal')
    expect(await cli.startAt(new FakeKeyboard(), 'step', '--json').done).toMatchObject({ exitCode: 2 })
    expect(await cli.run('step', '--auto', '1')).toMatchObject({ exitCode: 2 })
    expect(orders()).toEqual([])
  })

  it('--cancel gives up what somebody else left waiting', async () => {
    expect(JSON.parse((await cli.run('step', '--cancel', '--json')).stdout)).toMatchObject({ phase: 'cancelled' })
  })
})
