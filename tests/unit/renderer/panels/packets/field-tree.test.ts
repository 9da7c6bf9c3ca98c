import { describe, expect, it } from 'vitest'
import { nodeAtByte, pathsAbove, shownNodes, treeNodes } from '../../../../../renderer/src/panels/packets/field-tree.ts'
import { field, layer } from './fixtures.ts'

const layers = [
  layer('application', 40, 20, [
    field('GET / HTTP/1.1', 40, 16, { fields: [field('GET', 40, 3), field('/', 44, 1)] }),
    field('nothing', 56, 0),
  ]),
  layer('transport', 20, 20, [field('80', 20, 2), field('not in the frame', null, null)]),
]
const nodes = treeNodes(layers)

describe('the tree of a packet', () => {
  it('has every layer and field, top down, with its place', () => {
    expect(nodes.map(({ path, level }) => `${level} ${path}`)).toEqual([
      '1 application',
      '2 application/0',
      '3 application/0/0',
      '3 application/0/1',
      '2 application/1',
      '1 transport',
      '2 transport/0',
      '2 transport/1',
    ])
  })

  it('shows what stands below unfolded lines only', () => {
    const open = new Set(['application', 'application/0/0'])
    expect(shownNodes(nodes, (path) => open.has(path)).map(({ path }) => path)).toEqual([
      'application',
      'application/0',
      'application/1',
      'transport',
    ])
    expect(pathsAbove('application/0/1')).toEqual(['application', 'application/0'])
  })

  it('finds the innermost line that owns a byte', () => {
    expect(nodeAtByte(nodes, 41)?.path).toBe('application/0/0')
    expect(nodeAtByte(nodes, 43)?.path).toBe('application/0')
    expect(nodeAtByte(nodes, 57)?.path).toBe('application')
    expect(nodeAtByte(nodes, 21)?.path).toBe('transport/0')
    expect(nodeAtByte(nodes, 5)).toBeNull()
  })
})
