import { mkdir, mkdtemp, readdir, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { posix } from '../../../../services/engine/platform/posix.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoplab-posix-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe.runIf(process.platform !== 'win32')('switching the release', () => {
  beforeEach(async () => {
    for (const release of ['v1', 'v2']) await mkdir(join(folder, 'releases', release), { recursive: true })
  })

  it('makes the link, and replaces it', async () => {
    await posix.switchCurrent(folder, 'v1')
    expect(await readlink(join(folder, 'current'))).toBe('releases/v1')
    await posix.switchCurrent(folder, 'v2')
    expect(await realpath(join(folder, 'current'))).toBe(await realpath(join(folder, 'releases', 'v2')))
    expect(await readdir(folder)).toEqual(['current', 'releases'])
  })

  it('never leaves a moment without a link', async () => {
    await posix.switchCurrent(folder, 'v1')
    let switching = true
    const seen = new Set<string>()
    const watch = (async () => {
      while (switching) seen.add(await readlink(join(folder, 'current')))
    })()
    for (let round = 0; round < 100; round += 1) await posix.switchCurrent(folder, round % 2 === 0 ? 'v2' : 'v1')
    switching = false
    await watch
    expect([...seen].sort()).toEqual(['releases/v1', 'releases/v2'])
  })

  it('leaves nothing behind when something else stands in its place', async () => {
    await mkdir(join(folder, 'current'))
    await writeFile(join(folder, 'current', 'mine.txt'), 'mine')
    await expect(posix.switchCurrent(folder, 'v1')).rejects.toThrow()
    expect(await readdir(folder)).toEqual(['current', 'releases'])
    expect(await readdir(join(folder, 'current'))).toEqual(['mine.txt'])
  })
})

describe.runIf(process.platform !== 'win32')('the control endpoint', () => {
  it('is in the folder when its path fits into a socket address', () => {
    expect(posix.controlEndpoint('run-1', folder)).toBe(join(folder, 'run-1.sock'))
  })

  it('is in a folder of this user alone otherwise', () => {
    const endpoint = posix.controlEndpoint('run-1', join(folder, 'x'.repeat(100)))
    expect(Buffer.byteLength(endpoint)).toBeLessThan(104)
    expect(dirname(endpoint)).toBe(join(tmpdir(), `hoplab-${userInfo().uid}`))
  })
})
