import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { addressPlanFor } from '../../services/engine/plan/addresses.ts'
import { LabPlan } from '../../services/engine/plan/lab-plan.ts'
import { currentPlatform } from '../../services/engine/platform/current-platform.ts'
import { roleOf } from '../../services/engine/roles/roles.ts'
import { probeUntilReady } from '../../services/engine/supervisor/probe.ts'
import type { ProgramCommand } from '../../services/engine/supervisor/pty-process.ts'
import { loadTopologyFile } from '../../services/engine/topologies.ts'
import { Codebase } from '../../services/engine/workspace/codebase.ts'
import { Workspace } from '../../services/engine/workspace/workspace.ts'
import { openTestEngine, type TestEngine } from '../engine.ts'
import { median, type Bench, type BenchRow } from './bench.ts'

const TOPOLOGY = '1-distributed_web_infrastructure'
const ROUNDS = 9
const GIVE_UP_MS = 30_000

interface BareProgram extends ProgramCommand {
  /** Where it is called; null for the network cards, which are there when all others can be called. */
  readonly place: { readonly address: string; readonly port: number } | null
}

/** The lab against a script that starts the very same commands at once and waits until each accepts a connection. */
export const bench: Bench = {
  name: 'lab start',
  tools: [],
  async run(progress) {
    const lab = await openTestEngine()
    try {
      const programs = await learnCommands(lab)
      const labMs: number[] = []
      const bareMs: number[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        bareMs.push(await startBare(programs))
        labMs.push(await startLab(lab))
        progress(
          `round ${round + 1} of ${ROUNDS}: lab ${labMs.at(-1)?.toFixed(0)} ms, bare ${bareMs.at(-1)?.toFixed(0)} ms`,
        )
      }
      return [startRow(labMs, bareMs)]
    } finally {
      await lab.close()
    }
  },
}

function startRow(labMs: readonly number[], bareMs: readonly number[]): BenchRow {
  const ratios = labMs.map((ms, index) => ms / (bareMs[index] ?? Number.NaN))
  return {
    what: 'lab start to all ready',
    against: 'a bare script that starts the same programs in parallel',
    value: median(ratios),
    goal: { atMost: 1.25 },
    detail: `lab ${median(labMs).toFixed(0)} ms, bare ${median(bareMs).toFixed(0)} ms (medians of ${ROUNDS}, in turns)`,
  }
}

async function startLab(lab: TestEngine): Promise<number> {
  const begun = performance.now()
  await lab.run('startLab', { topology: TOPOLOGY })
  const took = performance.now() - begun
  await lab.run('stopLab', {})
  return took
}

/** The commands that the lab itself would run, in the workspace that it has just written. */
async function learnCommands(lab: TestEngine): Promise<readonly BareProgram[]> {
  const { workspace: root } = await lab.run('startLab', { topology: TOPOLOGY })
  await lab.run('stopLab', {})
  const { nodePath, programsDir, resourcesDir } = lab.options
  const platform = currentPlatform()
  const topology = await loadTopologyFile(join(resourcesDir, 'topologies', `${TOPOLOGY}.yaml`))
  const plan = new LabPlan(topology, addressPlanFor(topology, platform))
  const workspace = await Workspace.open(root ?? '', platform)
  const codebaseOf = (host: string): Codebase => new Codebase(workspace.hostFolder(host, 'codebase'), platform)
  const sharesPorts = platform.capabilities.sharePort.supported
  const context = {
    plan,
    workspace,
    nodePath,
    programsDir,
    capacityOf: () => null,
    codebaseOf,
    release: null,
    sharesPorts,
  }
  const programs = plan.services.map((planned) => ({
    ...roleOf(planned.spec.role).command(planned, context),
    place: { address: planned.address, port: planned.port },
  }))
  await workspace.close()
  const [any] = programs
  if (any === undefined) throw new Error(`${TOPOLOGY} has no programs`)
  const nic = [join(programsDir, 'nic.mjs'), '--config', join(workspace.root, 'network', 'nic.json')]
  return [{ file: nodePath, args: nic, cwd: any.cwd, env: any.env, place: null }, ...programs]
}

async function startBare(programs: readonly BareProgram[]): Promise<number> {
  const begun = performance.now()
  const children = programs.map(({ file, args, cwd, env }) => spawn(file, [...args], { cwd, env, stdio: 'ignore' }))
  await Promise.all(programs.map((program) => untilListening(program)))
  const took = performance.now() - begun
  await Promise.all(children.map(end))
  return took
}

/** By the engine's own way of looking, so that neither side wins by looking more often. */
async function untilListening({ place }: BareProgram): Promise<void> {
  if (place === null) return
  const { address, port } = place
  const giveUp = AbortSignal.timeout(GIVE_UP_MS)
  const probe = { kind: 'tcp', address, port } as const
  if (!(await probeUntilReady(probe, GIVE_UP_MS, () => undefined, giveUp)))
    throw new Error(`nothing listens on ${address}:${port}`)
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
