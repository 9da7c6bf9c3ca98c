import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import {
  nextPair,
  withAlgorithm,
  withoutHost,
  withPair,
  withServers,
  withWorkers,
} from '../../../../services/protocols/topology/edit.ts'
import { parseTopology } from '../../../../services/protocols/topology/parse.ts'
import { renderTopology } from '../../../../services/protocols/topology/render.ts'
import type { Topology } from '../../../../services/protocols/topology/schema.ts'

const FOLDER = new URL('../../../../resources/topologies/', import.meta.url)

function parsed(text: string): Topology {
  const result = parseTopology(text)
  if (!result.ok) throw new Error(`${result.mistake.line}: ${result.mistake.detail}\n${text}`)
  return result.topology
}

const shipped = new Map<string, Topology>()
for (const file of await readdir(FOLDER)) shipped.set(file, parsed(await readFile(new URL(file, FOLDER), 'utf8')))
const distributed = shipped.get('1-distributed_web_infrastructure.yaml')
if (distributed === undefined) throw new Error('the distributed topology is gone')
const pair = nextPair(distributed)
if (pair === null) throw new Error('no pair fits')

const EDITS: readonly (readonly [string, Topology])[] = [
  ['with a third pair', withPair(distributed, pair)],
  ['without a server', withoutHost(distributed, 'server-1')],
  ['balancing otherwise', withAlgorithm(distributed, 'lb-1', 'leastconn')],
  ['active-passive', withServers(distributed, 'lb-1', [{ service: 'web-2', weight: 7, backup: true }])],
  ['with workers', withWorkers(distributed, 'app-2', { workers: 3, costMs: 12.5, queueLimit: 0 })],
  [
    'with workers that are gone, and their cost kept',
    withWorkers(withWorkers(distributed, 'app-2', { workers: 3, costMs: 12.5, queueLimit: 0 }), 'app-2', null),
  ],
]

describe('the text of a topology', () => {
  it.each([...shipped, ...EDITS])('reads back as it was: %s', (_, topology) => {
    expect(JSON.stringify(parsed(renderTopology(topology, 'one\ntwo')))).toBe(JSON.stringify(inSchemaOrder(topology)))
  })

  it('is written as a person would: comment first, a record or server a line, nothing that says nothing', () => {
    const lines = renderTopology(distributed, 'What it is.\nWho wrote it.').split('\n')
    expect(lines.slice(0, 2)).toEqual(['# What it is.', '# Who wrote it.'])
    expect(lines).toContain('          - { name: www, type: A, host: balancer-1 }')
    expect(lines).toContain("          - { name: '@', type: NS, value: ns1 }")
    expect(lines).toContain('          - { service: web-1, weight: 1, backup: false }')
    expect(lines).toContain('        startWhenReady: [ app-1, web-1, app-2, web-2 ]')
    expect(lines.join('\n')).not.toMatch(/costMs|automaticRestart/)
  })
})

/** Optional settings stand where the schema has them; edits may have added them at the end. */
function inSchemaOrder(topology: Topology): Topology {
  return parsed(JSON.stringify(topology))
}
