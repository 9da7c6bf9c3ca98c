import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CliHome } from '../../cli-process.ts'

/** Lab files and snapshots from the command line, with the real engine in another process. */

let home: CliHome
beforeEach(async () => {
  home = await CliHome.open()
})
afterEach(() => home.close())

it('saves a lab as one file, and opens it', async () => {
  const first = await home.startLab('up', '1-distributed_web_infrastructure')
  await home.json('scale', 'add')
  const path = join(home.folder, 'monday.hoplab')
  expect(await home.json('save', 'monday')).toEqual({ path, bytes: (await stat(path)).size })
  first.child.kill('SIGINT')
  expect((await first.exit).code).toBe(0)

  const second = await home.startLab('open', 'monday.hoplab')
  const status = (await home.json('status')) as { workspace: string; services: readonly { id: string }[] }
  expect(status.workspace.endsWith('monday')).toBe(true)
  expect(status.services.map(({ id }) => id)).toContain('web-3')
  second.child.kill('SIGINT')
  await second.exit

  await writeFile(join(home.folder, 'letter.hoplab'), 'Dear teacher')
  const refused = await home.start('open', 'letter.hoplab').exit
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('letter.hoplab is no lab file')])
  expect(await home.json('open', 'nowhere.hoplab')).toMatchObject({ error: { code: 'FILE_UNREADABLE' } })
}, 60_000)

it('takes, lists, restores and deletes snapshots', async () => {
  await home.startLab('up', '0-simple_web_stack')
  expect(await home.json('snapshot', 'take', 'monday')).toMatchObject({
    name: 'monday',
    hosts: [{ host: 'server-1', release: 'v1' }],
  })
  await home.json('deploy', 'v2')
  expect((await home.start('snapshot', 'list').exit).stdout).toMatch(/monday .*server-1 v1/)
  expect(await home.json('snapshot', 'restore', 'monday')).toEqual({ name: 'monday', before: 'before-monday' })
  expect(await home.json('request')).toMatchObject({ status: 200, release: 'v1' })
  expect(await home.json('snapshot', 'delete', 'monday')).toEqual({ deleted: 'monday' })
  expect(await home.json('snapshot', 'list')).toMatchObject({ snapshots: [{ name: 'before-monday' }] })
  expect(await home.json('snapshot', 'restore', 'monday')).toMatchObject({ error: { code: 'SNAPSHOT_UNKNOWN' } })
}, 60_000)
