import { describe, expect, it } from 'vitest'
import { EventLog } from '../../../../../renderer/src/panels/events/event-log.ts'
import { filterLines, type LineFilter } from '../../../../../renderer/src/panels/events/line-filter.ts'
import { EVERY_EVENT, numbered } from './fixtures.ts'

const lines = new EventLog().update(numbered(Object.values(EVERY_EVENT)))
const everything: LineFilter = { kind: null, service: null, text: '' }

function keys(filter: Partial<LineFilter>): readonly string[] {
  return filterLines(lines, { ...everything, ...filter }, (line) => `Répartiteur ${line.key}`).map((line) => line.key)
}

describe('filterLines', () => {
  it('lets everything through without a filter, and makes no sentence for it', () => {
    const shown = filterLines(lines, { ...everything, text: '  ' }, () => {
      throw new Error('no text is wanted')
    })
    expect(shown).toBe(lines)
  })

  it('narrows by kind and by every service that a line is about', () => {
    expect(keys({ kind: 'request' })).toEqual(['request.answeredViaRelease'])
    expect(keys({ service: 'lb-1' })).toEqual(['backend.down', 'request.answeredViaRelease'])
    expect(keys({ service: 'lb-1', kind: 'balancer' })).toEqual(['backend.down'])
  })

  it('finds text regardless of case and accents', () => {
    expect(keys({ text: 'REPARTITEUR' })).toHaveLength(lines.length)
    expect(keys({ text: ' portreplaced ' })).toEqual(['portReplaced'])
    expect(keys({ text: 'nothing like it' })).toEqual([])
  })
})
