import type { PacketField, PacketLayer } from '../../../../services/contract/index.ts'

/** The layers of a packet as a tree, and which bytes each of its lines owns. */

export interface ByteRange {
  readonly start: number
  /** Not with it. */
  readonly end: number
}

export interface TreeNode {
  /** Its place: `transport/3/0`. The same field of the next packet has the same one. */
  readonly path: string
  readonly parent: string | null
  /** Counts from 1, as `aria-level` does. */
  readonly level: number
  readonly layer: PacketLayer
  /** Null for the layer's own line. */
  readonly field: PacketField | null
  readonly children: number
  readonly bytes: ByteRange | null
}

/** Every line of the tree, top down, also those that are folded away. */
export function treeNodes(layers: readonly PacketLayer[]): readonly TreeNode[] {
  return layers.flatMap((layer) => [
    {
      path: layer.layer,
      parent: null,
      level: 1,
      layer,
      field: null,
      children: layer.fields.length,
      bytes: rangeOf(layer.offset, layer.length),
    },
    ...fieldNodes(layer, layer.fields, layer.layer, 2),
  ])
}

function fieldNodes(
  layer: PacketLayer,
  fields: readonly PacketField[],
  parent: string,
  level: number,
): readonly TreeNode[] {
  return fields.flatMap((field, at) => {
    const path = `${parent}/${at}`
    const bytes = rangeOf(field.offset, field.length)
    return [
      { path, parent, level, layer, field, children: field.fields.length, bytes },
      ...fieldNodes(layer, field.fields, path, level + 1),
    ]
  })
}

function rangeOf(offset: number | null, length: number | null): ByteRange | null {
  return offset === null || length === null || length === 0 ? null : { start: offset, end: offset + length }
}

/** The lines in sight: those of which everything above is unfolded. */
export function shownNodes(nodes: readonly TreeNode[], isOpen: (path: string) => boolean): readonly TreeNode[] {
  const shown = new Set<string>()
  return nodes.filter(({ path, parent }) => {
    const isShown = parent === null || (shown.has(parent) && isOpen(parent))
    if (isShown) shown.add(path)
    return isShown
  })
}

/** The innermost line that owns a byte: the shortest, and of two equally short ones the deeper. */
export function nodeAtByte(nodes: readonly TreeNode[], byte: number): TreeNode | null {
  let best: TreeNode | null = null
  for (const node of nodes) {
    if (node.bytes === null || byte < node.bytes.start || byte >= node.bytes.end) continue
    if (best === null || sizeOf(node) < sizeOf(best) || (sizeOf(node) === sizeOf(best) && node.level >= best.level))
      best = node
  }
  return best
}

function sizeOf({ bytes }: TreeNode): number {
  return bytes === null ? Number.POSITIVE_INFINITY : bytes.end - bytes.start
}

/** The paths above one, the layer first. */
export function pathsAbove(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join('/'))
}
