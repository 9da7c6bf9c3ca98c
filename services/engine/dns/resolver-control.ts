import { LabError } from '../../contract/index.ts'
import { readCacheDump, type CacheDump } from '../../protocols/dns/index.ts'
import { askBalancer } from '../balancer/runtime-api.ts'
import type { PlannedOf } from '../plan/lab-plan.ts'

/** A resolver's control port: one command, one answer, the end. */

/** What it remembers. Throws `RESOLVER_SILENT`. */
export async function dumpCache(resolver: PlannedOf<'resolver'>): Promise<CacheDump> {
  return readCacheDump(await ask(resolver, 'dump_cache'))
}

/** Forgets a name, or everything; resolves with the number of entries. Throws `RESOLVER_SILENT`, `INPUT_INVALID`. */
export async function flush(resolver: PlannedOf<'resolver'>, name: string | null): Promise<number> {
  if (name !== null && /\s/.test(name))
    throw new LabError('INPUT_INVALID', { command: 'flushCache', detail: `"${name}" is no name` })
  const answer = await ask(resolver, name === null ? 'flush_all' : `flush ${name}`)
  const count = /^ok (\d+)/.exec(answer)?.[1]
  if (count === undefined)
    throw new LabError('INPUT_INVALID', { command: 'flushCache', detail: answer.replace(/^error /, '').trim() })
  return Number(count)
}

async function ask(resolver: PlannedOf<'resolver'>, command: string): Promise<string> {
  try {
    return await askBalancer({ address: resolver.address, port: resolver.statsPort }, command)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const detail =
      code === 'ECONNREFUSED' ? 'nothing listens there' : error instanceof Error ? error.message : String(error)
    throw new LabError('RESOLVER_SILENT', { service: resolver.id, detail })
  }
}
