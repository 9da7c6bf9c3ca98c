import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ManagedFiles } from '../../../../services/engine/workspace/managed-files.ts'

let root: string
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'hoplab-files-'))))
afterEach(() => rm(root, { recursive: true, force: true }))

const open = (): ManagedFiles => new ManagedFiles(root, join(root, 'written.json'))

it('rewrites its own file and never one that a person edited', async () => {
  const path = join(root, 'hosts', 'lb', 'haproxy.cfg')
  expect(await open().write(path, 'first')).toBe(true)
  expect(await open().write(path, 'second')).toBe(true)
  await writeFile(path, 'mine')
  expect(await open().write(path, 'third')).toBe(false)
  expect(await readFile(path, 'utf8')).toBe('mine')
})

it('takes a file back that the person restored', async () => {
  const path = join(root, 'zone')
  await open().write(path, 'ours')
  await writeFile(path, 'mine')
  await writeFile(path, 'ours')
  expect(await open().write(path, 'newer')).toBe(true)
  expect(await readFile(path, 'utf8')).toBe('newer')
})

it('leaves a file alone that it did not write', async () => {
  const path = join(root, 'foreign')
  await writeFile(path, 'somebody else')
  expect(await open().write(path, 'ours')).toBe(false)
})

it('writes several files at the same time', async () => {
  const files = open()
  const paths = ['a', 'b', 'c'].map((name) => join(root, name))
  expect(await Promise.all(paths.map((path) => files.write(path, path)))).toEqual([true, true, true])
  const again = open()
  expect(await Promise.all(paths.map((path) => again.write(path, 'new')))).toEqual([true, true, true])
})
