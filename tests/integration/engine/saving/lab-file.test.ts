import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from 'tar'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LabFile } from '../../../../services/contract/index.ts'
import { openTestEngine, type TestEngine } from '../../../engine.ts'

const TOPOLOGY = '1-distributed_web_infrastructure'

let labs: TestEngine[]
let folder: string
beforeEach(async () => {
  labs = []
  folder = await mkdtemp(join(tmpdir(), 'hoplab-file-'))
})
afterEach(async () => {
  for (const lab of labs) await lab.close()
  await rm(folder, { recursive: true, force: true })
})

async function computer(): Promise<TestEngine> {
  const lab = await openTestEngine()
  labs.push(lab)
  return lab
}

async function post(lab: TestEngine, text: string): Promise<void> {
  const { address, port } = lab.service('lb-1')
  const answer = await fetch(`http://${address}:${port}/guestbook`, {
    method: 'POST',
    body: new URLSearchParams({ name: 'Ada', message: text }),
    redirect: 'manual',
  })
  expect(answer.status).toBe(303)
}

async function guestbook(lab: TestEngine): Promise<string> {
  const { address, port } = lab.service('lb-1')
  return (await fetch(`http://${address}:${port}/guestbook`)).text()
}

const open = (lab: TestEngine, { name, base64 }: Pick<LabFile, 'name' | 'base64'>): Promise<unknown> =>
  lab.run('openLabFile', { name, base64 })

it('opens on another computer: design, zone, releases, live release and database', async () => {
  const here = await computer()
  await here.run('startLab', { topology: TOPOLOGY })
  await post(here, 'kept in the file')
  await here.run('addServerPair', {})
  await here.run('setCapacity', { service: 'app-3', setting: { workers: 2, costMs: 5, queueLimit: 8 } })
  await here.run('createRelease', { from: 'v2', name: 'mine' })
  await here.run('deploy', { release: 'mine', strategy: 'rolling' })
  const zone = here.service('dns-1').files.find(({ key }) => key === 'zone')?.path ?? ''
  await writeFile(zone, (await readFile(zone, 'utf8')) + 'hello IN TXT "from here"\n')
  const file = await here.run('packLab', {})
  expect(file.name).toBe(`${TOPOLOGY}.hoplab`)
  expect(file.bytes).toBe(Buffer.from(file.base64, 'base64').length)
  await here.run('stopLab', {})

  const there = await computer()
  await open(there, { name: 'Monday lesson (2).hoplab', base64: file.base64 })
  const workspace = join(there.options.workspacesDir, 'monday-lesson-2')
  expect(there.state()).toMatchObject({ phase: 'running', workspace, topology: TOPOLOGY })
  expect(there.state().design.changed).toBe(true)
  expect(there.service('web-3').state).toBe('ready')
  await there.until(({ capacity }) =>
    capacity.some(({ service, setting }) => service === 'app-3' && setting?.workers === 2),
  )
  expect(await guestbook(there)).toContain('kept in the file')
  expect(await there.run('sendRequest', {})).toMatchObject({ status: 200, release: 'mine' })
  const theirs = there.service('dns-1').files.find(({ key }) => key === 'zone')?.path ?? ''
  expect(theirs.startsWith(workspace)).toBe(true)
  expect(await readFile(theirs, 'utf8')).toContain('hello IN TXT "from here"')

  // It is listed from then on and goes on where it was left; opened again it is another lab.
  await post(there, 'written there')
  await there.run('stopLab', {})
  expect(await there.run('listTopologies', {})).toContainEqual(
    expect.objectContaining({ id: 'monday-lesson-2', opened: true, failure: null }),
  )
  await there.run('startLab', { topology: 'monday-lesson-2' })
  expect(await guestbook(there)).toContain('written there')
  await there.run('resetDesign', {})
  expect(there.state().services.map(({ id }) => id)).not.toContain('web-3')
  await there.run('stopLab', {})
  await open(there, { name: 'Monday lesson (2).hoplab', base64: file.base64 })
  expect(there.state().workspace).toBe(`${workspace}-2`)
  expect(await guestbook(there)).not.toContain('written there')
}, 120_000)

it('opens nothing that is no lab file, and leaves nothing behind', async () => {
  const lab = await computer()
  const files: Readonly<Record<string, () => Promise<Buffer>>> = {
    'is no archive': async () => Buffer.from('Dear teacher, this is my homework.'),
    'is an archive of something else': () => archive(async (root) => writeFile(join(root, 'a.txt'), 'a')),
    'has no topology': () => archive(mark),
    'has a link': () =>
      archive(async (root) => {
        await mark(root)
        await symlink('/etc/passwd', join(root, 'shipped.yaml'))
      }),
  }
  for (const make of Object.values(files)) {
    const base64 = (await make()).toString('base64')
    await expect(open(lab, { name: 'x.hoplab', base64 })).rejects.toMatchObject({
      code: expect.stringMatching(/^(LAB_FILE_INVALID|FILE_UNREADABLE)$/),
    })
  }
  const newer = await archive((root) => mark(root, 99))
  await expect(open(lab, { name: 'x.hoplab', base64: newer.toString('base64') })).rejects.toMatchObject({
    code: 'LAB_FILE_NEWER',
    params: { file: 'x.hoplab' },
  })
  const broken = await archive(async (root) => {
    await mark(root)
    await writeFile(join(root, 'shipped.yaml'), 'name: x\ndomain: foobar\n')
  })
  await expect(open(lab, { name: 'x.hoplab', base64: broken.toString('base64') })).rejects.toMatchObject({
    code: 'TOPOLOGY_INVALID',
  })
  expect(lab.state().phase).toBe('idle')
  expect(await readdir(lab.options.workspacesDir)).toEqual([])
  await lab.run('startLab', { topology: TOPOLOGY })
  await expect(open(lab, { name: 'x.hoplab', base64: newer.toString('base64') })).rejects.toMatchObject({
    code: 'LAB_ALREADY_RUNNING',
  })
}, 60_000)

async function archive(fill: (root: string) => Promise<unknown>): Promise<Buffer> {
  const root = await mkdtemp(join(folder, 'root-'))
  await fill(root)
  const file = `${root}.tar.gz`
  await create({ file, cwd: root, gzip: true }, ['.'])
  return readFile(file)
}

async function mark(root: string, version = 1): Promise<void> {
  await writeFile(join(root, 'hoplab.json'), JSON.stringify({ format: 'hoplab', version }))
}
