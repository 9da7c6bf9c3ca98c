import { describe, expect, it } from 'vitest'
import type { DiffHunk } from '../../../../services/contract/deployments.ts'
import { diffLines } from '../../../../services/protocols/diff/line-diff.ts'

const MARKS = { same: ' ', removed: '-', added: '+' } as const

/** As `diff -u` prints it, without the file names. */
function unified(hunks: readonly DiffHunk[] | null): readonly string[] | undefined {
  return hunks?.flatMap(({ fromLine, fromCount, toLine, toCount, lines }) => [
    `@@ -${fromLine},${fromCount} +${toLine},${toCount} @@`,
    ...lines.map(({ kind, text }) => MARKS[kind] + text),
  ])
}

const numbers = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('')

describe('diffLines', () => {
  it('finds nothing in equal texts', () => {
    expect(diffLines('a\nb\n', 'a\nb\n')).toEqual([])
    expect(diffLines('', '')).toEqual([])
  })

  it('shows a change with three lines around it', () => {
    const from = numbers(1, 9)
    expect(unified(diffLines(from, from.replace('5\n', 'five\nand more\n')))).toEqual([
      '@@ -2,7 +2,8 @@',
      ...[' 2', ' 3', ' 4', '-5', '+five', '+and more', ' 6', ' 7', ' 8'],
    ])
  })

  it('counts as POSIX diff does where a side has no line', () => {
    expect(unified(diffLines('', 'a\nb\n'))).toEqual(['@@ -0,0 +1,2 @@', '+a', '+b'])
    expect(unified(diffLines('a\nb\n', ''))).toEqual(['@@ -1,2 +0,0 @@', '-a', '-b'])
  })

  it('joins changes that are near, and keeps far ones apart', () => {
    const from = numbers(1, 30)
    const near = diffLines(from, from.replace('\n5\n', '\nx\n').replace('\n11\n', '\ny\n'))
    expect(near).toHaveLength(1)
    const far = diffLines(from, from.replace('\n5\n', '\nx\n').replace('\n20\n', '\ny\n'))
    expect(far?.map(({ fromLine, toLine }) => [fromLine, toLine])).toEqual([
      [2, 2],
      [17, 17],
    ])
  })

  it('sees that the end of the last line is missing', () => {
    expect(unified(diffLines('a\n', 'a'))).toEqual(['@@ -1,1 +1,1 @@', '-a', '+a'])
  })

  it('gives back both texts from its lines, whatever was changed', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % below
    }
    for (let round = 0; round < 200; round += 1) {
      const text = (): string => Array.from({ length: random(12) }, () => `${'abc'.charAt(random(3))}\n`).join('')
      const [from, to] = [text(), text()]
      const hunks = diffLines(from, to) ?? []
      let [at, result] = [0, '']
      const lines = from.split(/(?<=\n)/).filter((line) => line !== '')
      for (const hunk of hunks) {
        const start = hunk.fromLine - (hunk.fromCount > 0 ? 1 : 0)
        result += lines.slice(at, start).join('')
        at = start + hunk.fromCount
        const kept = hunk.lines.filter(({ kind }) => kind !== 'added').map((line) => `${line.text}\n`)
        expect(kept).toEqual(lines.slice(start, at))
        result += hunk.lines
          .filter(({ kind }) => kind !== 'removed')
          .map((line) => `${line.text}\n`)
          .join('')
      }
      expect(result + lines.slice(at).join('')).toBe(to)
    }
  })

  it('gives up on texts that have nothing in common and are long', () => {
    expect(diffLines(numbers(1, 3000), numbers(4000, 7000))).toBeNull()
  })
})
