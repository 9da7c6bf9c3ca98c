import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findRelease } from '../../../../services/programs/kit/release.ts'

let codebase = ''
beforeEach(() => {
  codebase = realpathSync(mkdtempSync(join(tmpdir(), 'hoplab-release-')))
  for (const name of ['v1', 'v2']) mkdirSync(join(codebase, 'releases', name), { recursive: true })
})
afterEach(() => rmSync(codebase, { recursive: true, force: true }))

describe('findRelease', () => {
  it('follows current to the real folder', async () => {
    symlinkSync(join('releases', 'v2'), join(codebase, 'current'))
    expect(await findRelease(codebase, null)).toEqual({ name: 'v2', dir: join(codebase, 'releases', 'v2') })
  })

  it('finds a release by name, whatever current says', async () => {
    symlinkSync(join('releases', 'v2'), join(codebase, 'current'))
    expect(await findRelease(codebase, 'v1')).toEqual({ name: 'v1', dir: join(codebase, 'releases', 'v1') })
  })

  it('says which releases there are when the wanted one is not', async () => {
    await expect(findRelease(codebase, 'v9')).rejects.toThrow(/no release "v9".*Known ones: v1, v2/)
    await expect(findRelease(codebase, null)).rejects.toThrow(/current leads to no release\. Known ones: v1, v2/)
  })

  it('says so when current is a dangling link, and when nothing is there at all', async () => {
    symlinkSync(join('releases', 'v3'), join(codebase, 'current'))
    await expect(findRelease(codebase, null)).rejects.toThrow('leads to no release')
    await expect(findRelease(join(codebase, 'nowhere'), null)).rejects.toThrow('holds no release at all')
  })

  it.each(['..', '../releases/v1', '/etc', '', '.hidden'])('takes "%s" for no name', async (name) => {
    await expect(findRelease(codebase, name)).rejects.toThrow('--release wants the name of a folder')
  })
})
