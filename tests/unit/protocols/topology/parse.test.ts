import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { faultOrder } from '../../../../services/contract/index.ts'
import { orderOf } from '../../../../services/protocols/topology/fault-schema.ts'
import { parseTopology, type TopologyMistake } from '../../../../services/protocols/topology/parse.ts'
import { renderTopology } from '../../../../services/protocols/topology/render.ts'

const shipped = (name: string): string =>
  readFileSync(new URL(`../../../../resources/topologies/${name}.yaml`, import.meta.url), 'utf8')
const distributed = shipped('1-distributed_web_infrastructure')

/** The mistake that a single change of the shipped file leads to, with the text of the line that it names. */
function mistakeAfter(from: string, to: string): TopologyMistake & { at: string } {
  const text = distributed.replace(from, to)
  expect(text).not.toBe(distributed)
  const parsed = parseTopology(text)
  if (parsed.ok) throw new Error('it was accepted')
  return { ...parsed.mistake, at: text.split('\n')[parsed.mistake.line - 1]?.trim() ?? '' }
}

describe('parseTopology', () => {
  it.each(['0-simple_web_stack', '1-distributed_web_infrastructure'])('accepts the shipped %s', (name) => {
    const parsed = parseTopology(shipped(name))
    expect(parsed).toMatchObject({ ok: true, topology: { name, domain: 'foobar.com' } })
  })

  it.each([
    ['role: database', 'role: databse', 'role: databse', '"database"'],
    ['role: web-server', 'rol: web-server', 'rol: web-server', '"rol" is not known here. Did you mean "role"?'],
    ['        role: web-server\n', '', 'web-1:', '.web-1.role" is missing: expected "dns", '],
    ['statsPort', 'statPort', 'statPort: 9910', 'Did you mean "statsPort"?'],
    ['weight: 1', 'wieght: 1', '- { service: web-1, wieght: 1 }', 'Did you mean "weight"?'],
    ['domain: foobar.com', 'domian: foobar.com', 'domian: foobar.com', 'Did you mean "domain"?'],
    ['kind: virtual', 'kind: virtal', 'kind: virtal', 'Did you mean "virtual"?'],
    ['algorithm: roundrobin', 'algorithm: rr', 'algorithm: rr', 'expected "roundrobin", "leastconn"'],
    ['port: 8090', 'port: 80', 'port: 80', 'a port from 1024 to 65535'],
    ['port: 8090', 'port: eighty', 'port: eighty', 'number expected'],
    ['host: balancer-1', 'host: lb-1', '- { name: www, type: A, host: lb-1 }', 'known: ns-1, balancer-1'],
    [
      'application: app-1',
      'application: app-3',
      'application: app-3',
      'there is no service "app-3"; known: app-1, app-2',
    ],
    ['application: app-1', 'application: db-1', 'application: db-1', '"db-1" is no app-server'],
    ['application: app-1', 'application: app-2', 'application: app-2', 'stands on the same host'],
    ['address: 127.10.0.30', 'address: 127.10.0.21', 'address: 127.10.0.21', 'the address of server-1 already'],
    ['address: 127.10.0.30', 'address: 192.168.0.1', 'address: 192.168.0.1', 'an address 127.10.x.y'],
    ['startAfter: [app-1]', 'startAfter: [lb-1]', 'startWhenReady: [app-1, web-1, app-2, web-2]', 'start after itself'],
    ['name: www, type: A, host: balancer-1', 'name: web, type: A, host: balancer-1', 'records:', 'no record "www"'],
    ['web-2:\n', 'web-1:\n', 'web-1:', 'used on server-1 already'],
    ['statsPort: 9910', 'statsPort: 8080', 'port: 8080', 'port 8080 on balancer-1 belongs to lb-1 already'],
  ])('says where and what was expected when "%s" becomes "%s"', (from, to, at, detail) => {
    const mistake = mistakeAfter(from, to)
    expect(mistake.at).toBe(at)
    expect(mistake.detail).toContain(detail)
  })

  it.each([
    ['hosts:', 'hosts: [', 13, 'must be closed'],
    ['\nhosts:', '\nhosts', 11, '"key: value" is expected here'],
    ['role: dns', 'role:dns', 17, 'a colon, or the space after it, is missing'],
    ['    kind: virtual', '   kind: virtual', 13, 'start in the same column'],
    ['  balancer-1:', ' balancer-1:', 25, 'must start in the same column'],
    ['        role: dns', '\t\trole: dns', 17, 'spaces are expected'],
    ['host: ns-1 }', 'host: ns-1', 23, 'must be closed'],
    ['name: ns1,', 'name: ns1', 22, '"]" or "}" is expected'],
    ['port: 8053', 'port: 8053\n        port: 8054', 19, 'twice'],
    ['role: dns', 'role: "dns', 80, 'Missing closing "quote'],
  ])('gives the place of broken YAML and what is expected when "%s" becomes "%s"', (from, to, line, detail) => {
    const mistake = mistakeAfter(from, to)
    expect(mistake.line).toBe(line)
    expect(mistake.detail).toContain(detail)
  })

  it('says that an empty file is empty', () => {
    const parsed = parseTopology('')
    expect(parsed).toMatchObject({ ok: false, mistake: { line: 1, column: 1 } })
  })
})

describe('faults of a topology', () => {
  const withFaults = (faults: string): string => `${distributed}\nfaults:\n${faults}`

  it('are read in the words of the command line, and know what they are on', () => {
    const parsed = parseTopology(
      withFaults(
        [
          '  - { fault: kill, service: web-1, seconds: 30 }',
          '  - { fault: latency, link: client>lb-1, ms: 70, direction: back }',
          '  - { fault: unplug, host: server-2 }',
          '  - { fault: power-off, host: database-1 }',
        ].join('\n'),
      ),
    )
    if (!parsed.ok) throw new Error(parsed.mistake.detail)
    const orders = (parsed.topology.faults ?? []).map(orderOf)
    expect(orders).toEqual([
      { spec: { fault: 'kill', target: 'service', service: 'web-1' }, forMs: 30_000 },
      { spec: { fault: 'latency', target: 'link', link: 'client>lb-1', ms: 70, jitterMs: 0, direction: 'back' } },
      { spec: { fault: 'unplug', target: 'nic', host: 'server-2', direction: 'both' } },
      { spec: { fault: 'power-off', target: 'host', host: 'database-1' } },
    ])
    for (const order of orders) expect(faultOrder.parse(order)).toEqual(order)
    expect(parseTopology(renderTopology(parsed.topology, 'again'))).toEqual(parsed)
  })

  it.each([
    ['{ fault: kil, service: web-1 }', 'Did you mean "kill"?'],
    ['{ falt: kill, service: web-1 }', '"falt" is not known here. Did you mean "fault"?'],
    ['{ fault: kill, service: web-9 }', 'there is no service "web-9"; known: '],
    ['{ fault: disk-full, service: web-1 }', '"disk-full" is no fault of a web-server; known: kill, '],
    ['{ fault: kill, service: web-1, ms: 5 }', '"ms" is not known in "faults.0". Known here: fault, service, seconds.'],
    ['{ fault: latency, link: lb-1>client, ms: 5 }', 'there is no link "lb-1>client"; known: client>dns-1, '],
    ['{ fault: latency, host: server-9, ms: 5 }', 'there is no host "server-9"; known: ns-1, '],
    ['{ fault: latency, ms: 5 }', '"latency" wants either "link" or "host"'],
    ['{ fault: latency, host: server-1 }', '"faults.0.ms" is missing: number expected'],
    ['{ fault: slow, service: web-1, ms: -5 }', '"faults.0.ms" is -5'],
  ])('say where %s is wrong', (fault, detail) => {
    const text = withFaults(`  - ${fault}\n`)
    const parsed = parseTopology(text)
    if (parsed.ok) throw new Error('it was accepted')
    expect(parsed.mistake.detail).toContain(detail)
    expect(text.split('\n')[parsed.mistake.line - 1]).toContain(fault)
  })
})
