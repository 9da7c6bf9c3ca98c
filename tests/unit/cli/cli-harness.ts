import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runningLabs, type World } from '../../../services/cli/context.ts'
import type { Keyboard } from '../../../services/cli/keys.ts'
import { Interrupt } from '../../../services/cli/interrupt.ts'
import { runCli } from '../../../services/cli/run-cli.ts'
import { openControl, type Control } from '../../../services/engine/channel/open-control.ts'
import type { LabEngine } from '../../../services/engine/index.ts'
import { currentPlatform } from '../../../services/engine/platform/current-platform.ts'
import { FakeEngine } from '../../fake-engine.ts'

export interface CliRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface StartedCli {
  readonly done: Promise<CliRun>
  /** What it printed so far. */
  stdout(): string
  pressCtrlC(): void
}

/** A command line in this process, with its own state folder and, when wanted, a running lab in memory beside it. */
export class CliHarness {
  readonly stateDir: string
  readonly world: World
  /** The engine that `up` and `demo` get. */
  engine: LabEngine = new FakeEngine()
  #controls: Control[] = []

  private constructor(stateDir: string) {
    this.stateDir = stateDir
    this.world = {
      engineOptions: { nodePath: '', programsDir: '', resourcesDir: '', stateDir, workspacesDir: '' },
      platform: currentPlatform(),
      createEngine: () => Promise.resolve(this.engine),
    }
  }

  static async open(): Promise<CliHarness> {
    return new CliHarness(await mkdtemp(join(tmpdir(), 'hoplab-cli-')))
  }

  /** A lab that runs "elsewhere": behind a control socket. */
  async serve(engine: FakeEngine, topology = 'small'): Promise<void> {
    this.#controls.push(await openControl(engine, { stateDir: this.stateDir, platform: this.world.platform }))
    await engine.startLab({ topology, workspace: '/labs/one' })
    await expect.poll(() => runningLabs(this.world)).toHaveLength(1)
  }

  start(...args: readonly string[]): StartedCli {
    return this.startAt(null, ...args)
  }

  /** With a keyboard the command believes that it runs in a terminal. */
  startAt(keyboard: Keyboard | null, ...args: readonly string[]): StartedCli {
    const listeners = new Set<() => void>()
    const signals = {
      on: (signal: string, listener: () => void) => signal === 'SIGINT' && listeners.add(listener),
      off: (_signal: string, listener: () => void) => listeners.delete(listener),
    }
    let [stdout, stderr] = ['', '']
    const done = runCli(args, this.world, {
      stdout: { isTTY: keyboard !== null, write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      colours: false,
      ...(keyboard && { stdin: keyboard }),
      interrupt: new Interrupt(signals, () => undefined),
    })
    return {
      done: done.then((exitCode) => ({ exitCode, stdout, stderr })),
      stdout: () => stdout,
      pressCtrlC: () => listeners.forEach((listener) => listener()),
    }
  }

  run(...args: readonly string[]): Promise<CliRun> {
    return this.start(...args).done
  }

  async close(): Promise<void> {
    for (const control of this.#controls) await control.close()
    await rm(this.stateDir, { recursive: true })
  }
}
