import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { openTestEngine, type TestEngine } from '../../engine.ts'
import { itWith } from '../../tools.ts'

let lab: TestEngine
let folder: string
beforeEach(async () => {
  lab = await openTestEngine()
  folder = await mkdtemp(join(tmpdir(), 'hoplab-topology-'))
})
afterEach(async () => {
  await lab.close()
  await rm(folder, { recursive: true, force: true })
})

/** The shipped topology with one line changed, as a file of the person's own. */
async function ownTopology(from: string, to: string): Promise<{ file: string }> {
  const shipped = join(lab.options.resourcesDir, 'topologies', '1-distributed_web_infrastructure.yaml')
  const text = await readFile(shipped, 'utf8')
  expect(text).toContain(from)
  const file = join(folder, 'mine.yaml')
  await writeFile(file, text.replace(from, to))
  return { file }
}

itWith(['haproxy'], 'the real HAProxy plays the load balancer by the same file and commands', async () => {
  await lab.engine.startLab({ topology: await ownTopology('engine: builtin', 'engine: haproxy') })
  await lab.until((state) => state.backends.length === 2 && state.backends.every((server) => server.state === 'up'))
  expect(lab.service('lb-1')).toMatchObject({ engine: 'haproxy', state: 'ready' })
  const page = await lab.run('sendRequest', { url: 'www.foobar.com/guestbook' })
  expect(page).toMatchObject({
    status: 200,
    via: ['lb-1', expect.stringMatching(/^web-/), expect.stringMatching(/^app-/), 'db-1'],
  })

  await lab.run('actOnService', { service: 'web-1', action: 'kill' })
  for (let index = 0; index < 4; index += 1) expect((await lab.run('sendRequest', {})).via[1]).toBe('web-2')
  await lab.until((state) => state.backends.some((server) => server.service === 'web-1' && server.state === 'down'))
  await lab.until((state) => state.services.some((service) => service.id === 'lb-1' && service.requests > 0))
  expect((await lab.run('actOnService', { service: 'lb-1', action: 'stop' })).state).toBe('stopped')
})

itWith([], "a file of one's own with a mistake is refused with its place", async () => {
  const topology = await ownTopology('algorithm: roundrobin', 'algorithm: roundrobbin')
  await expect(lab.engine.startLab({ topology })).rejects.toMatchObject({
    code: 'TOPOLOGY_INVALID',
    message: expect.stringMatching(/mine\.yaml:\d+:\d+: .*Did you mean "roundrobin"\?/),
  })
  expect(lab.state().phase).toBe('idle')
})
