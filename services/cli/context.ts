import { resolve } from 'node:path'
import { LabError } from '../contract/index.ts'
import { connectToLab, type ConnectedLab } from '../engine/channel/connect-to-lab.ts'
import { findLabs, type LabRecord } from '../engine/channel/lab-records.ts'
import type { LabListener } from '../engine/channel/lab-client.ts'
import type { EngineOptions, LabEngine } from '../engine/index.ts'
import type { Platform } from '../engine/platform/platform.ts'
import type { Interrupt } from './interrupt.ts'
import type { Keyboard } from './keys.ts'
import type { Output } from './output.ts'

/** The world that commands live in; tests give them a smaller one. */
export interface World {
  readonly engineOptions: EngineOptions
  readonly platform: Pick<Platform, 'startTime' | 'isAlive' | 'controlEndpoint'>
  createEngine(options: EngineOptions): Promise<LabEngine>
}

/** What one run of a command has at hand. */
export interface CommandContext {
  readonly world: World
  readonly out: Output
  readonly interrupt: Interrupt
  /** Null where nobody sits at a terminal. */
  readonly keyboard: Keyboard | null
}

export interface LabChoice {
  /** Process id of the wanted lab (`--lab`); the newest one when absent. */
  readonly lab?: number
}

/** The labs that run, newest first. */
export function runningLabs({ engineOptions, platform }: World): Promise<readonly LabRecord[]> {
  return findLabs(engineOptions.stateDir, (pid, startTime) => platform.isAlive(pid, startTime))
}

/** The running lab that a command is meant for. Throws `LAB_NOT_FOUND`. */
export async function chooseLab(world: World, { lab }: LabChoice): Promise<LabRecord> {
  const labs = await runningLabs(world)
  const record = lab === undefined ? labs[0] : labs.find(({ pid }) => pid === lab)
  if (record === undefined) throw new LabError('LAB_NOT_FOUND')
  return record
}

/** A path as the person meant it: npm runs scripts in the project's folder and says in INIT_CWD where the person stands. */
export function fromWhereOneStands(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), path)
}

/** Connects to the chosen lab, does the work and lets go of the lab again, whatever happens. */
export async function withLab<Value>(
  { world, interrupt }: CommandContext,
  choice: LabChoice,
  work: (lab: ConnectedLab, record: LabRecord) => Promise<Value>,
  listener: LabListener = {},
): Promise<Value> {
  const record = await chooseLab(world, choice)
  const lab = await interrupt.during(connectToLab(record, listener))
  try {
    return await interrupt.during(work(lab, record))
  } finally {
    lab.close()
  }
}

/** An engine in this process, disposed of in the end, whatever happens. */
export async function withEngine<Value>(
  { world }: CommandContext,
  work: (engine: LabEngine) => Promise<Value>,
): Promise<Value> {
  const engine = await world.createEngine(world.engineOptions)
  try {
    return await work(engine)
  } finally {
    await engine.dispose()
  }
}
