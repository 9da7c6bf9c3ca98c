import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AUDIT_CAPABILITIES } from '../../../../services/contract/index.ts'
import { linksOf } from '../../../../services/protocols/topology/links.ts'
import { predictAudit } from '../../../../services/protocols/audit/predict.ts'
import { parseTopology } from '../../../../services/protocols/topology/parse.ts'
import type { Topology } from '../../../../services/protocols/topology/schema.ts'

function read(text: string): Topology {
  const parsed = parseTopology(text)
  if (!parsed.ok) throw new Error(parsed.mistake.detail)
  return parsed.topology
}

const file = (name: string): string =>
  readFileSync(new URL(`../../../../resources/topologies/${name}.yaml`, import.meta.url), 'utf8')
const simple = file('0-simple_web_stack')
const distributed = file('1-distributed_web_infrastructure')

/** One line a part: what becomes of pages, dynamic pages, reads, writes, new visitors; then why. */
function table(topology: Topology): string[] {
  const letter = { survives: '+', partly: '/', down: '-' } as const
  return predictAudit(topology, linksOf(topology)).map(({ kind, id, predicted: { effects, spof, reasons } }) => {
    const marks = AUDIT_CAPABILITIES.map((capability) => {
      const effect = effects[capability]
      return effect === null ? '.' : letter[effect]
    }).join('')
    const why = reasons
      .filter(({ code }) => code !== 'hostHolds')
      .map(({ code, params }) => {
        const told = Object.entries(params).filter(([name]) => !['path', 'fall', 'balancer'].includes(name))
        return [code, ...told.map(([, value]) => value)].join(' ')
      })
    return `${spof ? '!' : ' '} ${kind.padEnd(7)} ${id.padEnd(13)} ${marks}  ${why.join('; ')}`.trimEnd()
  })
}

function change(text: string, ...changes: readonly (readonly [string, string])[]): Topology {
  const changed = changes.reduce((now, [from, to]) => {
    expect(now).toContain(from)
    return now.replaceAll(from, to)
  }, text)
  return read(changed)
}

describe('predictAudit', () => {
  it('finds that in one server that does everything everything is alone', () => {
    expect(table(read(simple))).toEqual([
      '! service dns-1         ++++-  onlyDns dns-1',
      '! service db-1          ++--+  allPathsToDatabase db-1',
      '! service app-1         +----  allPathsToApplication app-1; filesStay web-1',
      '! service web-1         -----  allPathsToSite web-1',
      '! host    ns-1          ++++-  onlyDns dns-1',
      '! host    server-1      -----  allPathsToSite server-1',
      '! link    client>dns-1  ++++-  onlyDns dns-1',
      '! link    client>web-1  -----  allPathsToSite client>web-1',
      '! link    app-1>db-1    ++--+  allPathsToDatabase app-1>db-1',
      '! link    web-1>app-1   +----  allPathsToApplication web-1>app-1; filesStay web-1',
    ])
  })

  it('finds DNS, the balancer and the database behind a balancer, and no web/app pair', () => {
    expect(table(read(distributed))).toEqual([
      '! service dns-1         ++++-  onlyDns dns-1',
      '! service lb-1          -----  allPathsToSite lb-1',
      '  service web-1         +++++  balancerTakesOut web-1 web-2',
      '  service app-1         +++++  balancerTakesOut web-1 web-2',
      '  service web-2         +++++  balancerTakesOut web-2 web-1',
      '  service app-2         +++++  balancerTakesOut web-2 web-1',
      '! service db-1          ++--+  allPathsToDatabase db-1',
      '! host    ns-1          ++++-  onlyDns dns-1',
      '! host    balancer-1    -----  allPathsToSite balancer-1',
      '  host    server-1      +++++  balancerTakesOut web-1 web-2',
      '  host    server-2      +++++  balancerTakesOut web-2 web-1',
      '! host    database-1    ++--+  allPathsToDatabase database-1',
      '! link    client>dns-1  ++++-  onlyDns dns-1',
      '! link    client>lb-1   -----  allPathsToSite client>lb-1',
      '  link    lb-1>web-1    +++++  balancerTakesOut web-1 web-2',
      '  link    lb-1>web-2    +++++  balancerTakesOut web-2 web-1',
      '  link    web-1>app-1   +++++  balancerTakesOut web-1 web-2',
      '  link    app-1>db-1    ++//+  healthCheckBlind web-1',
      '  link    web-2>app-2   +++++  balancerTakesOut web-2 web-1',
      '  link    app-2>db-1    ++//+  healthCheckBlind web-2',
    ])
  })

  it('follows the questions of visitors through a resolver', () => {
    const topology = read(file('2-dns_and_resolver'))
    expect(pick(table(topology), 'dns-1', 'resolver-1', 'client>resolver-1', 'resolver-1>dns-1', 'lb-1')).toEqual([
      '! service dns-1         ++++-  onlyDns dns-1',
      '! service resolver-1    ++++-  onlyDns resolver-1',
      '! service lb-1          -----  allPathsToSite lb-1',
      '! link    client>resolver-1 ++++-  onlyDns resolver-1',
      '! link    resolver-1>dns-1 ++++-  onlyDns dns-1',
    ])
  })

  it('names the host and what it holds', () => {
    const topology = read(simple)
    const row = predictAudit(topology, linksOf(topology)).find(({ id }) => id === 'server-1')
    expect(row?.predicted.reasons[0]).toEqual({
      code: 'hostHolds',
      params: { host: 'server-1', services: 'db-1, app-1, web-1' },
    })
  })

  it('sees a backup server take over', () => {
    const topology = change(distributed, ['{ service: web-2, weight: 1 }', '{ service: web-2, backup: true }'])
    expect(pick(table(topology), 'web-1', 'web-2')).toEqual([
      '  service web-1         +++++  backupTakesOver web-1 web-2',
      '  service web-2         +++++  balancerTakesOut web-2 web-1',
    ])
  })

  it('sees that a health check of a file does not notice a dead application', () => {
    const topology = change(distributed, ['path: /healthz', 'path: /assets/style.css'])
    expect(pick(table(topology), 'app-1')).toEqual(['  service app-1         +////  healthCheckBlind web-1'])
  })

  it('sees that a health check that asks the database takes the whole site down with it', () => {
    const topology = change(distributed, ['path: /healthz', 'path: /guestbook'])
    expect(pick(table(topology), 'db-1', 'app-1>db-1')).toEqual([
      '! service db-1          -----  allPathsToSite db-1; healthCheckTakesAll',
      '  link    app-1>db-1    +++++  balancerTakesOut web-1 web-2',
    ])
  })

  it('counts a server of weight 0 for nothing', () => {
    const topology = change(distributed, ['{ service: web-2, weight: 1 }', '{ service: web-2, weight: 0 }'])
    expect(pick(table(topology), 'web-1', 'web-2')).toEqual([
      '! service web-1         -----  allPathsToSite web-1',
      '  service web-2         +++++  balancerTakesOut web-2 web-1',
    ])
  })

  it('sees that two addresses of a name are half a protection, and two DNS servers a whole one', () => {
    const second = `
  ns-2:
    kind: virtual
    address: 127.10.0.54
    services:
      dns-2: { role: dns, port: 8053, records: [{ name: www, type: A, host: balancer-1 }] }
  balancer-2:
    kind: virtual
    address: 127.10.0.11
    services:
      lb-2:
        role: load-balancer
        port: 8080
        statsPort: 9911
        servers: [{ service: web-1 }, { service: web-2 }]
`
    const topology = change(distributed + second, [
      '          - { name: www, type: A, host: balancer-1 }\n',
      `          - { name: www, type: A, host: balancer-1 }
          - { name: www, type: A, host: balancer-2 }\n`,
    ])
    expect(pick(table(topology), 'dns-1', 'lb-1', 'lb-2', 'web-1', 'db-1')).toEqual([
      '  service dns-1         +++++  otherDns dns-2',
      '  service lb-1          /////  otherEntries lb-2',
      '  service web-1         +++++  balancerTakesOut web-1 web-2; balancerTakesOut web-1 web-2',
      '! service db-1          ++--+  allPathsToDatabase db-1',
      '  service lb-2          /////  otherEntries lb-1',
    ])
  })

  it('says nothing of reads and writes where there is no database', () => {
    const topology = read(simple)
    const server = topology.hosts['server-1']
    if (server === undefined) throw new Error('no server-1')
    const services = Object.fromEntries(Object.entries(server.services).filter(([id]) => id !== 'db-1'))
    const without = { ...topology, hosts: { ...topology.hosts, 'server-1': { ...server, services } } }
    expect(table(without)).toContain('! service app-1         +-..-  allPathsToApplication app-1; filesStay web-1')
  })
})

function pick(lines: readonly string[], ...ids: readonly string[]): string[] {
  return lines.filter((line) => ids.includes(line.slice(10).trim().split(' ')[0] ?? ''))
}
