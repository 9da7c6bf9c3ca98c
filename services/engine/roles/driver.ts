import { join } from 'node:path'
import type { CapacitySetting, Role, ServiceFile } from '../../contract/index.ts'
import type { LabPlan, PlannedOf, PlannedService } from '../plan/lab-plan.ts'
import type { Probe } from '../supervisor/probe.ts'
import type { ProgramCommand } from '../supervisor/pty-process.ts'
import type { Codebase } from '../workspace/codebase.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** What a role needs to know of the lab to write its files and build its command. */
export interface RoleContext {
  readonly plan: LabPlan
  readonly workspace: Workspace
  readonly nodePath: string
  readonly programsDir: string
  /** How the workers of an application server are set now; null: not modelled. */
  capacityOf(service: PlannedOf<'app-server'>): CapacitySetting | null
  codebaseOf(host: string): Codebase
  /** The release to serve, whatever `current` names; null for what `current` names. */
  readonly release: string | null
  /** Whether the system lets a second process listen on the same address, as a reload needs. */
  readonly sharesPorts: boolean
}

/** One role: how its files are written, its program started, its readiness seen. */
export interface RoleDriver<R extends Role> {
  /** Folders and configuration; called before every start. */
  prepare(service: PlannedOf<R>, context: RoleContext): Promise<void>
  command(service: PlannedOf<R>, context: RoleContext): ProgramCommand
  probe(service: PlannedOf<R>, context: RoleContext): Probe
  files(service: PlannedOf<R>, context: RoleContext): readonly ServiceFile[]
  /** The release that a process started now would serve. */
  release(service: PlannedOf<R>, context: RoleContext): Promise<string | null>
}

/** What the lab's programs see of the environment: enough to run, nothing of the person's secrets. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SystemRoot',
  'TEMP',
  'TMP',
  'USERPROFILE',
] as const

export function programEnvironment(): Readonly<Record<string, string>> {
  const kept = PASSED_ON.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), TERM: 'xterm-256color', HOPLAB_SUPERVISED: '1' }
}

/** One of the lab's own programs, on the project's own Node. */
export function builtinCommand(
  program: string,
  service: PlannedService,
  context: RoleContext,
  args: readonly string[],
): ProgramCommand {
  return {
    file: context.nodePath,
    args: [join(context.programsDir, `${program}.mjs`), '--name', service.id, ...args],
    cwd: context.workspace.hostFolder(service.host),
    env: programEnvironment(),
  }
}

/** Where the program listens: behind the host's network card. */
export function listenOption(service: PlannedService): string {
  return `${service.listenAddress}:${service.port}`
}

/** Where others call it: at the host's network card. */
export function callOption(service: PlannedService): string {
  return `${service.address}:${service.port}`
}

/** For programs that serve a release: which one, and whether another process may take over their address. */
export function releaseOptions(context: RoleContext): readonly string[] {
  return [
    ...(context.release === null ? [] : ['--release', context.release]),
    ...(context.sharesPorts ? ['--share-port'] : []),
  ]
}

/** What a process started now serves. */
export async function releaseOf(service: PlannedService, context: RoleContext): Promise<string | null> {
  return context.release ?? (await context.codebaseOf(service.host).current())
}

export function tcpProbe(service: PlannedService): Probe {
  return { kind: 'tcp', address: service.listenAddress, port: service.port }
}

export function logFile(service: PlannedService, context: RoleContext): ServiceFile {
  return { key: 'log', path: context.workspace.logPath(service.id) }
}
