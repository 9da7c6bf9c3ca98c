import { createClient } from '@libsql/client'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Row } from '@libsql/client'
import { openTestEngine, type TestEngine } from '../../../engine.ts'

const TOPOLOGY = '1-distributed_web_infrastructure'

let lab: TestEngine
beforeEach(async () => {
  lab = await openTestEngine()
  await lab.run('startLab', { topology: TOPOLOGY })
})
afterEach(() => lab.close())

async function sql(text: string, ...args: readonly string[]): Promise<Row[]> {
  const { address, port } = lab.service('db-1')
  const client = createClient({ url: `http://${address}:${port}` })
  try {
    return (await client.execute({ sql: text, args: [...args] })).rows
  } finally {
    client.close()
  }
}

const notes = async (): Promise<unknown[]> =>
  (await sql('SELECT text FROM notes ORDER BY rowid')).map(({ text }) => text)
const releases = (): (string | null)[] =>
  lab.state().hosts.flatMap(({ release }) => (release === null ? [] : [release]))
const folder = (): string => join(lab.options.workspacesDir, TOPOLOGY, 'snapshots')

it('keeps databases and releases while the lab goes on, and brings both back', async () => {
  await sql('CREATE TABLE notes (text TEXT)')
  await sql('INSERT INTO notes VALUES (?)', 'before')
  const pid = lab.service('db-1').pid
  const taken = await lab.run('takeSnapshot', { name: 'monday' })
  expect(taken).toMatchObject({
    name: 'monday',
    hosts: [
      { host: 'server-1', release: 'v1' },
      { host: 'server-2', release: 'v1' },
    ],
    databases: [{ host: 'database-1', file: 'foobar.sqlite' }],
  })
  expect(taken.bytes).toBeGreaterThan(10_000)
  expect(lab.service('db-1').pid).toBe(pid)

  await sql('INSERT INTO notes VALUES (?)', 'after')
  await lab.run('deploy', { release: 'v2', strategy: 'blue-green' })
  await lab.run('createRelease', { from: 'v2', name: 'mine' })
  expect(await lab.run('restoreSnapshot', { name: 'monday' })).toEqual({ name: 'monday', before: 'before-monday' })
  expect(await notes()).toEqual(['before'])
  expect(releases()).toEqual(['v1', 'v1'])
  expect(lab.state().releases.map(({ id }) => id)).not.toContain('mine')
  expect(['web-1', 'app-2'].map((id) => lab.service(id))).toMatchObject(
    Array(2).fill({ state: 'ready', release: 'v1' }),
  )
  expect(await lab.run('sendRequest', {})).toMatchObject({ status: 200, release: 'v1' })

  expect(lab.state()).toMatchObject({ besides: [], previousReleases: [] })

  // What was before is a snapshot of its own.
  expect(lab.state().snapshots.map(({ name }) => name)).toEqual(['before-monday', 'monday'])
  await lab.run('restoreSnapshot', { name: 'before-monday' })
  expect(await notes()).toEqual(['before', 'after'])
  expect(releases()).toEqual(['v2', 'v2'])
  expect(lab.state().releases.map(({ id }) => id)).toContain('mine')
}, 60_000)

it('are there in the next run, and gone when they are deleted', async () => {
  await lab.run('takeSnapshot', { name: 'one' })
  await lab.run('takeSnapshot', {})
  await lab.run('stopLab', {})
  await lab.run('startLab', { topology: TOPOLOGY })
  expect(lab.state().snapshots.map(({ name }) => name)).toEqual([expect.stringMatching(/^at-\d{8}-\d{6}$/), 'one'])
  await lab.run('deleteSnapshot', { name: 'one' })
  expect(lab.state().snapshots).toHaveLength(1)
  expect(await readdir(folder())).toEqual(lab.state().snapshots.map(({ name }) => name))
}, 60_000)

it('refuses what makes no sense, each with its reason, and leaves the lab as it is', async () => {
  const pids = lab.state().services.map(({ pid }) => pid)
  await lab.run('takeSnapshot', { name: 'one' })
  await expect(lab.run('takeSnapshot', { name: 'one' })).rejects.toMatchObject({ code: 'SNAPSHOT_EXISTS' })
  await expect(lab.run('restoreSnapshot', { name: 'two' })).rejects.toMatchObject({
    code: 'SNAPSHOT_UNKNOWN',
    params: { name: 'two', known: 'one' },
  })
  await expect(lab.run('takeSnapshot', { name: '../up' })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  const busy = lab.run('takeSnapshot', { name: 'three' })
  await expect(lab.run('addServerPair', {})).rejects.toMatchObject({ code: 'SNAPSHOT_BUSY' })
  await expect(lab.run('deploy', { release: 'v2' })).rejects.toMatchObject({ code: 'SNAPSHOT_BUSY' })
  await expect(lab.run('takeSnapshot', { name: 'four' })).rejects.toMatchObject({ code: 'SNAPSHOT_BUSY' })
  await busy
  const deploying = lab.run('deploy', { release: 'v2', strategy: 'restart' })
  await expect(lab.run('restoreSnapshot', { name: 'one' })).rejects.toMatchObject({ code: 'DEPLOY_BUSY' })
  await deploying
  expect(lab.state().services.map(({ pid }) => pid)).not.toContain(null)
  expect(lab.service('db-1').pid).toBe(pids[lab.state().services.findIndex(({ id }) => id === 'db-1')])
}, 60_000)
