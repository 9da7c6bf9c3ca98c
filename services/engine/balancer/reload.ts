import { execa } from 'execa'
import { LabError, type ServiceState } from '../../contract/index.ts'
import { until, type Halt } from '../deploy/until.ts'
import type { PlannedOf } from '../plan/lab-plan.ts'
import type { Platform } from '../platform/platform.ts'
import type { RoleContext } from '../roles/driver.ts'
import { findEngineFile } from '../roles/find-engines.ts'
import { configPath, writeBalancerConfig } from '../roles/load-balancer.ts'
import { askBalancer } from './runtime-api.ts'

const CHECK_LIMIT_MS = 5_000
/** How long HAProxy's new worker may take to take over. */
const TAKE_OVER_LIMIT_MS = 10_000
const ASK_EVERY_MS = 30
/** How often the master is told, until it begins. */
const TELL_EVERY_MS = 1_500
/** Answers of the new worker in a row: then the old one listens no more. */
const SURE_AFTER = 4

/** What a reload needs beside the plan. */
export interface ReloadParts {
  readonly context: RoleContext
  readonly platform: Pick<Platform, 'reload'>
  readonly state: Pick<ServiceState, 'state' | 'pid'>
  readonly halt: Halt
}

/** Whether it runs, so that it can be told something. */
export function isUp({ state }: Pick<ServiceState, 'state'>): boolean {
  return state === 'ready' || state === 'running' || state === 'frozen'
}

/**
 * Writes the balancer's configuration and, where it runs, has it read anew without a request noticing. Throws
 * `CONFIG_EDITED` when the file is the person's own by now, `BALANCER_REFUSED`.
 */
export async function reloadBalancer(balancer: PlannedOf<'load-balancer'>, parts: ReloadParts): Promise<void> {
  const { context, state } = parts
  if (!(await writeBalancerConfig(balancer, context)))
    throw new LabError('CONFIG_EDITED', { file: configPath(balancer, context) })
  if (!isUp(state)) return
  if (balancer.spec.engine === 'haproxy') return reloadHaproxy(balancer, parts)
  const answer = await ask(balancer, 'reload')
  if (!answer.startsWith('Success=1')) throw refused(balancer, answer)
}

/**
 * The master starts a worker with the new file, which takes over the listening sockets; the old worker finishes what it
 * has (HAProxy management guide, sections 3 and 4).
 */
async function reloadHaproxy(balancer: PlannedOf<'load-balancer'>, parts: ReloadParts): Promise<void> {
  const { context, platform, state, halt } = parts
  const file = findEngineFile('haproxy')
  if (file === null) throw new LabError('ENGINE_NOT_FOUND', { service: balancer.id, engine: 'haproxy' })
  const check = await execa(file, ['-c', '-q', '-f', configPath(balancer, context)], {
    reject: false,
    stdin: 'ignore',
    timeout: CHECK_LIMIT_MS,
  })
  if (check.exitCode !== 0) throw refused(balancer, check.stderr)
  if (state.pid === null) return
  const known = workersOf(state.pid).add(workerOf(await ask(balancer, 'show info')) ?? '')
  let [toldMs, inRow, last] = [0, 0, '']
  const over = await until(
    async () => {
      // A master that is still busy with its last reload does not hear the signal.
      if (state.pid !== null && inRow === 0 && performance.now() - toldMs > TELL_EVERY_MS) {
        toldMs = performance.now()
        platform.reload(state.pid)
      }
      const now = workerOf(await ask(balancer, 'show info').catch(() => ''))
      if (now === null || known.has(now)) inRow = 0
      else [inRow, last] = [now === last ? inRow + 1 : 1, now]
      return inRow >= SURE_AFTER
    },
    { limitMs: TAKE_OVER_LIMIT_MS, everyMs: ASK_EVERY_MS, halt },
  )
  known.add(last)
  if (!over) throw refused(balancer, `no new worker took over within ${TAKE_OVER_LIMIT_MS / 1000} s`)
}

/** The workers that each master has had: an old one may answer for a moment longer. Only the last master is remembered. */
const workers = new Map<number, Set<string>>()

function workersOf(master: number): Set<string> {
  const known = workers.get(master) ?? new Set<string>()
  if (!workers.has(master)) workers.clear()
  workers.set(master, known)
  return known
}

/** `Pid: 4711` of `show info`. */
function workerOf(info: string): string | null {
  return /^Pid: (\d+)$/m.exec(info)?.[1] ?? null
}

async function ask(balancer: PlannedOf<'load-balancer'>, command: string): Promise<string> {
  try {
    return await askBalancer({ address: balancer.address, port: balancer.statsPort }, command)
  } catch (error) {
    throw refused(balancer, error instanceof Error ? error.message : String(error), command)
  }
}

function refused({ id }: PlannedOf<'load-balancer'>, text: string, command = 'reload'): LabError {
  const detail = text.replace(/^Success=0\s*--\s*/, '').trim()
  return new LabError('BALANCER_REFUSED', { balancer: id, command, detail })
}
