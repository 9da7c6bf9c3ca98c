import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'

const RESOURCES = fileURLToPath(new URL('../resources', import.meta.url))
const BASE = '1-distributed_web_infrastructure'

export interface PairsPlan {
  readonly name: string
  readonly algorithm?: string
  /** A server pair for each, with its workers. */
  readonly pairs: readonly { readonly workers: number; readonly costMs: number; readonly queue: number }[]
}

interface RawTopology {
  name: string
  hosts: Record<string, { kind: string; address: string; services: Record<string, Record<string, unknown>> }>
}

/** Writes resources into `folder` whose topologies are the distributed one with so many server pairs. */
export async function writePairs(folder: string, plans: readonly PairsPlan[]): Promise<string> {
  const resources = join(folder, 'resources')
  await mkdir(join(resources, 'topologies'), { recursive: true })
  await cp(join(RESOURCES, 'codebases'), join(resources, 'codebases'), { recursive: true })
  const text = await readFile(join(RESOURCES, 'topologies', `${BASE}.yaml`), 'utf8')
  for (const plan of plans) {
    const topology = parse(text) as RawTopology
    await writeFile(join(resources, 'topologies', `${plan.name}.yaml`), stringify(withPairs(topology, plan)))
  }
  return resources
}

function withPairs(topology: RawTopology, { name, algorithm = 'roundrobin', pairs }: PairsPlan): RawTopology {
  const others = Object.fromEntries(Object.entries(topology.hosts).filter(([host]) => !host.startsWith('server-')))
  const servers = Object.fromEntries(
    pairs.map((workers, at) => {
      const [web, app] = [`web-${at + 1}`, `app-${at + 1}`]
      const services = {
        [web]: { role: 'web-server', port: 8080, application: app, startAfter: [app] },
        [app]: { role: 'app-server', port: 3000, database: 'db-1', startAfter: ['db-1'], ...workers },
      }
      return [`server-${at + 1}`, { kind: 'physical', address: `127.10.0.${21 + at}`, services }]
    }),
  )
  const balancer = others['balancer-1']?.services['lb-1']
  if (balancer === undefined) throw new Error('the shipped topology has no lb-1')
  balancer['algorithm'] = algorithm
  balancer['servers'] = pairs.map((_pair, at) => ({ service: `web-${at + 1}`, weight: 1 }))
  balancer['startWhenReady'] = pairs.flatMap((_pair, at) => [`app-${at + 1}`, `web-${at + 1}`])
  return { ...topology, name, hosts: { ...others, ...servers } }
}
