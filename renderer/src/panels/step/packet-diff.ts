import type { LayerName, PacketField, PacketView } from '../../../../services/contract/index.ts'

/** A line of a packet that is not as it was at the stop before. */
export interface FieldChange {
  readonly layer: LayerName
  readonly name: string
  readonly key: string | null
  /** Null: it was not there. */
  readonly before: string | null
  /** Null: it is gone. */
  readonly after: string | null
}

/** Places and ports; the rest of these layers is modelled, or different in every packet. */
const COMPARED_KEYS: ReadonlySet<string> = new Set([
  'tcp-source-port',
  'tcp-destination-port',
  'udp-source-port',
  'udp-destination-port',
  'ip-source',
  'ip-destination',
])

/**
 * What became of a message on its way through a process: header lines that came or went, new addresses and ports.
 * Messages of different kinds (a DNS answer, then a request) have only addresses and ports in common.
 */
export function packetChanges(before: PacketView, after: PacketView, sameKind: boolean): readonly FieldChange[] {
  return after.layers.flatMap((layer) => {
    const other = before.layers.find((candidate) => candidate.layer === layer.layer)
    if (!other || layer.layer === 'link') return []
    if (layer.layer === 'application') {
      return sameKind && layer.protocol === other.protocol ? changesOf(layer.layer, other.fields, layer.fields) : []
    }
    const isCompared = ({ key }: PacketField): boolean => key !== null && COMPARED_KEYS.has(key)
    return changesOf(layer.layer, other.fields.filter(isCompared), layer.fields.filter(isCompared))
  })
}

/** Fields that came more than once are told apart by how often their name came before. */
function byName(fields: readonly PacketField[]): Map<string, PacketField> {
  const named = new Map<string, PacketField>()
  for (const field of fields) {
    const name = field.name.toLowerCase()
    let count = 0
    while (named.has(`${name}#${count}`)) count += 1
    named.set(`${name}#${count}`, field)
  }
  return named
}

function changesOf(layer: LayerName, before: readonly PacketField[], after: readonly PacketField[]): FieldChange[] {
  const old = byName(before)
  const fresh = byName(after)
  const changed = [...fresh].flatMap(([id, field]): FieldChange[] => {
    const earlier = old.get(id)?.value ?? null
    if (earlier === field.value) return []
    return [{ layer, name: field.name, key: field.key, before: earlier, after: field.value }]
  })
  const gone = [...old].flatMap(([id, field]): FieldChange[] =>
    fresh.has(id) ? [] : [{ layer, name: field.name, key: field.key, before: field.value, after: null }],
  )
  return [...changed, ...gone]
}
