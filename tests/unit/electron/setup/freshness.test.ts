import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fingerprint, isFresh, markBuilt } from '../../../../electron/setup/freshness.ts'

let root: string
let stamp: string

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hoplab-fresh-'))
  stamp = join(root, 'out/.stamp')
  write('src/a.ts', 'a')
  write('src/deep/b.ts', 'b')
  write('config.ts', 'c')
})

afterEach(() => rmSync(root, { recursive: true }))

const current = (): string => fingerprint(root, ['src', 'config.ts'])

describe('fingerprint', () => {
  it('follows content, not time', () => {
    const before = current()
    utimesSync(join(root, 'src/a.ts'), 1, 1)
    expect(current()).toBe(before)
    write('src/deep/b.ts', 'B')
    expect(current()).not.toBe(before)
  })

  it('sees a file that is new, gone, renamed, or whose content moved to its neighbour', () => {
    const before = current()
    write('src/new.ts', '')
    const withNew = current()
    rmSync(join(root, 'src/new.ts'))
    rmSync(join(root, 'config.ts'))
    const without = current()
    write('config.ts', 'c')
    rmSync(join(root, 'src/a.ts'))
    write('src/aa.ts', 'a')
    const renamed = current()
    rmSync(join(root, 'src/aa.ts'))
    write('src/a.ts', 'b')
    write('src/deep/b.ts', 'a')
    expect(new Set([before, withNew, without, renamed, current()]).size).toBe(5)
  })
})

describe('isFresh', () => {
  it('is true only for the fingerprint that was built, while all that was built is there', () => {
    expect(isFresh(root, stamp, 'window', current())).toBe(false)
    write('out/main.js', '')
    markBuilt(stamp, 'window', { fingerprint: current(), files: ['out/main.js'] })
    expect(isFresh(root, stamp, 'window', current())).toBe(true)
    expect(isFresh(root, stamp, 'cli', current())).toBe(false)
    write('src/a.ts', 'changed')
    expect(isFresh(root, stamp, 'window', current())).toBe(false)
    write('src/a.ts', 'a')
    rmSync(join(root, 'out/main.js'))
    expect(isFresh(root, stamp, 'window', current())).toBe(false)
  })

  it('keeps the marks of other parts, and takes a broken stamp for none', () => {
    markBuilt(stamp, 'cli', { fingerprint: 'one', files: [] })
    markBuilt(stamp, 'window', { fingerprint: 'two', files: [] })
    expect(isFresh(root, stamp, 'cli', 'one')).toBe(true)
    writeFileSync(stamp, '{ broken')
    expect(isFresh(root, stamp, 'cli', 'one')).toBe(false)
  })
})
