import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DeploymentJournal } from '../../../../services/engine/deploy/journal.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoplab-journal-'))
  path = join(folder, 'deployment.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const ENTRY = { release: 'v2', strategy: 'rolling', startedAtMs: 5, hosts: [{ host: 'server-1', from: 'v1' }] } as const
const now = async (): Promise<string> => 'v2'

it('tells once what a crash cut off, with the step and what each server has now', async () => {
  const journal = new DeploymentJournal(path)
  expect(await journal.open(now)).toBeNull()
  await journal.begin(ENTRY)
  await journal.step({ name: 'switch', host: 'server-1' })
  expect(await new DeploymentJournal(path).open(now)).toEqual({
    ...ENTRY,
    step: { name: 'switch', host: 'server-1' },
    hosts: [{ host: 'server-1', from: 'v1', now: 'v2' }],
  })
  expect(await new DeploymentJournal(path).open(now)).toBeNull()
})

it('has nothing to tell of a deployment that ended, and remembers the way back', async () => {
  const journal = new DeploymentJournal(path)
  await journal.begin(ENTRY)
  await journal.end({ 'server-1': 'v1' })
  const next = new DeploymentJournal(path)
  expect(await next.open(now)).toBeNull()
  expect(next.previous).toEqual({ 'server-1': 'v1' })
  expect(await readdir(folder)).toEqual(['deployment.json'])
})

it('takes a file that is no journal for none', async () => {
  await writeFile(path, '{"underWay": {"release": 7}')
  const journal = new DeploymentJournal(path)
  expect(await journal.open(now)).toBeNull()
  await journal.begin(ENTRY)
  expect(await new DeploymentJournal(path).open(now)).toMatchObject({ release: 'v2' })
})
