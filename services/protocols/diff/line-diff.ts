import type { DiffHunk, DiffLine } from '../../contract/deployments.ts'

/** The difference of two texts by lines, as `diff -u` shows it. Pure. */

/** Lines around a change that are shown with it. */
const CONTEXT = 3
/** More changed lines than this are no difference that a person reads; the search would take long. */
const MOST_EDITS = 2_000

/** The hunks of a difference; empty when the texts are equal, null when they differ too much to compare. */
export function diffLines(from: string, to: string): readonly DiffHunk[] | null {
  if (from === to) return []
  const script = shortestScript(splitLines(from), splitLines(to))
  return script === null ? null : toHunks(script)
}

/** A line's end belongs to the line: a last line with and without one are different. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), greedy form with the trace kept for the way back. */
function shortestScript(from: readonly string[], to: readonly string[]): readonly DiffLine[] | null {
  const [n, m] = [from.length, to.length]
  const most = Math.min(n + m, MOST_EDITS)
  // furthest[k + offset]: how far diagonal k (x - y) was reached in `from`.
  const offset = most + 1
  const furthest = new Int32Array(2 * most + 3)
  const trace: Int32Array[] = []
  for (let edits = 0; edits <= most; edits += 1) {
    trace.push(furthest.slice())
    for (let k = -edits; k <= edits; k += 2) {
      let x = startOf(furthest, k, edits, offset)
      while (x < n && x - k < m && from[x] === to[x - k]) x += 1
      furthest[k + offset] = x
      if (x >= n && x - k >= m) return walkBack(trace, from, to, offset)
    }
  }
  return null
}

/** Where diagonal k begins with one edit more: one down from k + 1 (added) or one right from k - 1 (removed). */
function startOf(furthest: Int32Array, k: number, edits: number, offset: number): number {
  const [left, right] = [furthest[k - 1 + offset] ?? 0, furthest[k + 1 + offset] ?? 0]
  return k === -edits || (k !== edits && left < right) ? right : left + 1
}

function walkBack(
  trace: readonly Int32Array[],
  from: readonly string[],
  to: readonly string[],
  offset: number,
): readonly DiffLine[] {
  const lines: DiffLine[] = []
  let [x, y] = [from.length, to.length]
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const furthest = trace[edits]
    if (furthest === undefined) break
    const k = x - y
    const down = k === -edits || (k !== edits && (furthest[k - 1 + offset] ?? 0) < (furthest[k + 1 + offset] ?? 0))
    const before = edits === 0 ? 0 : (furthest[(down ? k + 1 : k - 1) + offset] ?? 0)
    const beforeY = edits === 0 ? 0 : before - (down ? k + 1 : k - 1)
    const [startX, startY] = edits === 0 ? [0, 0] : down ? [before, beforeY + 1] : [before + 1, beforeY]
    while (x > startX && y > startY) {
      x -= 1
      y -= 1
      lines.push({ kind: 'same', text: bare(from[x]) })
    }
    if (edits === 0) break
    if (down) lines.push({ kind: 'added', text: bare(to[beforeY]) })
    else lines.push({ kind: 'removed', text: bare(from[before]) })
    ;[x, y] = [before, beforeY]
  }
  return lines.reverse()
}

function bare(line: string | undefined): string {
  return (line ?? '').replace(/\r?\n$/, '')
}

function toHunks(script: readonly DiffLine[]): readonly DiffHunk[] {
  const changed = script.flatMap(({ kind }, at) => (kind === 'same' ? [] : [at]))
  const ranges: { from: number; to: number }[] = []
  for (const at of changed) {
    const [first, last] = [Math.max(0, at - CONTEXT), Math.min(script.length - 1, at + CONTEXT)]
    const range = ranges.at(-1)
    if (range !== undefined && first <= range.to + 1) range.to = last
    else ranges.push({ from: first, to: last })
  }
  return ranges.map(({ from, to }) => toHunk(script, from, to))
}

function toHunk(script: readonly DiffLine[], first: number, last: number): DiffHunk {
  const before = script.slice(0, first)
  const lines = script.slice(first, last + 1)
  const [fromBefore, toBefore] = [countSide(before, 'added'), countSide(before, 'removed')]
  const [fromCount, toCount] = [countSide(lines, 'added'), countSide(lines, 'removed')]
  return {
    fromLine: fromBefore + (fromCount > 0 ? 1 : 0),
    fromCount,
    toLine: toBefore + (toCount > 0 ? 1 : 0),
    toCount,
    lines,
  }
}

/** Lines of one side: all but those that only the other side has. */
function countSide(lines: readonly DiffLine[], otherSide: DiffLine['kind']): number {
  return lines.filter(({ kind }) => kind !== otherSide).length
}
