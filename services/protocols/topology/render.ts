import { Document, isMap, isPair, isSeq, visit } from 'yaml'
import { CAPACITY_DEFAULTS } from '../../contract/capacity.ts'
import type { ServiceSpec, Topology } from './schema.ts'

/**
 * The text of a topology file (YAML 1.2) that `parseTopology` reads back as this very topology. `comment` goes to its
 * head. Settings that say nothing (a model without workers, no automatic restart) are left out.
 */
export function renderTopology(topology: Topology, comment: string): string {
  const { client, hosts, faults, ...head } = topology
  const document = new Document({
    ...head,
    client,
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([id, host]) => [
        id,
        {
          ...host,
          services: Object.fromEntries(Object.entries(host.services).map(([name, spec]) => [name, spoken(spec)])),
        },
      ]),
    ),
    ...(faults === undefined ? {} : { faults: faults.map((fault) => withoutUndefined(fault)) }),
  })
  visit(document, {
    Map(_, map, path) {
      const parent = path.at(-1)
      // Records and servers are lines, as a person would write them.
      if (isSeq(parent) || (isPair(parent) && String(parent.key) === 'healthCheck')) map.flow = true
    },
    Seq(_, list) {
      if (list.items.every((item) => !isMap(item))) list.flow = true
    },
  })
  document.commentBefore = comment
    .split('\n')
    .map((line) => ` ${line}`)
    .join('\n')
  return document.toString({ lineWidth: 0, flowCollectionPadding: true, singleQuote: true })
}

function withoutUndefined(group: object): object {
  return Object.fromEntries(Object.entries(group).filter(([, value]) => value !== undefined))
}

/** The settings of a service that say something. */
function spoken(spec: ServiceSpec): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(spec).filter(([key, value]) => value !== undefined && !isUnspoken(spec, key, value)),
  )
}

function isUnspoken(spec: ServiceSpec, key: string, value: unknown): boolean {
  if (key === 'automaticRestart') return value === false
  if (spec.role !== 'app-server' || spec.workers !== undefined) return false
  return (
    (key === 'costMs' && value === CAPACITY_DEFAULTS.costMs) ||
    (key === 'queue' && value === CAPACITY_DEFAULTS.queueLimit)
  )
}
