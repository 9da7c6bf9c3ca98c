import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  findLabs,
  removeLabRecord,
  writeLabRecord,
  type LabRecord,
} from '../../../../services/engine/channel/lab-records.ts'

const RECORD: LabRecord = {
  pid: 100,
  startTime: 'monday',
  endpoint: '/tmp/x.sock',
  token: 'secret',
  topology: 'small',
  workspace: '/labs/one',
  startedAtMs: 1000,
}

describe('lab records', () => {
  let stateDir: string
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'hoplab-records-'))
  })
  afterEach(() => rm(stateDir, { recursive: true }))

  const everyoneLives = (): Promise<boolean> => Promise.resolve(true)
  const files = (): Promise<string[]> => readdir(join(stateDir, 'labs'))

  it('are readable by their owner only', async () => {
    await writeLabRecord(stateDir, RECORD)
    const modes = [join(stateDir, 'labs'), join(stateDir, 'labs', '100.json')].map(
      async (path) => (await stat(path)).mode,
    )
    expect((await Promise.all(modes)).map((mode) => (mode & 0o777).toString(8))).toEqual(['700', '600'])
    expect(await files()).toEqual(['100.json'])
  })

  it('are found newest first', async () => {
    await writeLabRecord(stateDir, RECORD)
    await writeLabRecord(stateDir, { ...RECORD, pid: 200, startedAtMs: 3000 })
    await writeLabRecord(stateDir, { ...RECORD, pid: 300, startedAtMs: 2000 })
    const labs = await findLabs(stateDir, everyoneLives)
    expect(labs.map(({ pid }) => pid)).toEqual([200, 300, 100])
    expect(labs[2]).toEqual(RECORD)
  })

  it('of a process that is gone, or whose number another one has now, are ignored and removed', async () => {
    await writeLabRecord(stateDir, RECORD)
    await writeLabRecord(stateDir, { ...RECORD, pid: 200, startTime: 'tuesday' })
    const labs = await findLabs(stateDir, (pid, startTime) => Promise.resolve(pid === 200 && startTime === 'tuesday'))
    expect(labs.map(({ pid }) => pid)).toEqual([200])
    expect(await files()).toEqual(['200.json'])
  })

  it('that are broken are ignored and removed', async () => {
    await writeLabRecord(stateDir, RECORD)
    await writeFile(join(stateDir, 'labs', '5.json'), '{"pid":5')
    await writeFile(join(stateDir, 'labs', '6.json'), '{"pid":6}')
    expect((await findLabs(stateDir, everyoneLives)).map(({ pid }) => pid)).toEqual([100])
    expect(await files()).toEqual(['100.json'])
  })

  it('can be removed, also twice, and there may be none', async () => {
    expect(await findLabs(stateDir, everyoneLives)).toEqual([])
    await writeLabRecord(stateDir, RECORD)
    await removeLabRecord(stateDir, RECORD.pid)
    await removeLabRecord(stateDir, RECORD.pid)
    expect(await findLabs(stateDir, everyoneLives)).toEqual([])
  })
})
