import { get } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestEngine, type TestEngine } from '../../../engine.ts'

let lab: TestEngine
beforeAll(async () => {
  lab = await openTestEngine()
  await lab.run('startLab', { topology: '0-simple_web_stack' })
})
afterAll(() => lab.close())

interface Answer {
  readonly status: number | undefined
  readonly retryAfter: string | undefined
  readonly text: string
}

/** Asks the application server itself, without waiting for others. */
function ask(path: string): Promise<Answer> {
  const { address, port } = lab.service('app-1')
  return new Promise((resolve, reject) => {
    get({ host: address, port, path, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      answer.on('end', () => resolve({ status: answer.statusCode, retryAfter: answer.headers['retry-after'], text }))
    }).on('error', reject)
  })
}

it('models nothing until it is asked to', () => {
  expect(lab.state().capacity).toMatchObject([{ service: 'app-1', setting: null }])
})

it('lets as many work and wait as it is set to, and answers 503 to the rest', async () => {
  const setting = { workers: 2, costMs: 400, queueLimit: 1 }
  expect(await lab.run('setCapacity', { service: 'app-1', setting })).toEqual(setting)
  const before = performance.now()
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask('/servers')))
  const tookMs = performance.now() - before
  const rejected = answers.filter(({ status }) => status === 503)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
  expect(rejected).toHaveLength(3)
  expect(rejected[0]?.retryAfter).toBe('1')
  expect(rejected[0]?.text).toContain('All workers of app-1 are busy and its queue is full')
  // The third one waits for a worker: two times the cost.
  expect(tookMs).toBeGreaterThanOrEqual(795)
  await lab.until(({ capacity }) => capacity[0]?.served === 3 && capacity[0].rejected === 3)
})

it('checks of health need no worker', async () => {
  await lab.run('setCapacity', { service: 'app-1', setting: { workers: 1, costMs: 2000, queueLimit: 0 } })
  const slow = ask('/servers')
  const health = await ask('/healthz')
  expect(health.status).toBe(200)
  await lab.run('setCapacity', { service: 'app-1', setting: null })
  // Who waited is let go when nothing is modelled any more.
  expect((await slow).status).toBe(200)
})

it('keeps the setting when the server is started again', async () => {
  const setting = { workers: 3, costMs: 30, queueLimit: 5 }
  await lab.run('setCapacity', { service: 'app-1', setting })
  await lab.run('actOnService', { service: 'app-1', action: 'restart' })
  await lab.until(({ capacity }) => JSON.stringify(capacity[0]?.setting) === JSON.stringify(setting))
  const before = performance.now()
  expect((await ask('/servers')).status).toBe(200)
  expect(performance.now() - before).toBeGreaterThanOrEqual(28)
  await expect(lab.run('setCapacity', { service: 'web-1', setting })).rejects.toMatchObject({
    code: 'CAPACITY_NOT_APP',
    params: { known: 'app-1' },
  })
})

it('is a change of the design: undone and done again, with the process that works by it', async () => {
  await lab.run('setCapacity', { service: 'app-1', setting: null })
  const setting = { workers: 1, costMs: 300, queueLimit: 0 }
  await lab.run('setCapacity', { service: 'app-1', setting })
  expect(lab.state().design).toMatchObject({ canUndo: true, undoLabel: { text: '1 workers for app-1' } })
  const rejects = async (): Promise<number> =>
    (await Promise.all([ask('/servers'), ask('/servers')])).filter(({ status }) => status === 503).length
  expect(await rejects()).toBe(1)
  await lab.run('undo', {})
  expect(lab.state().capacity).toMatchObject([{ service: 'app-1', setting: null }])
  expect(await rejects()).toBe(0)
  expect(await lab.run('redo', {})).toMatchObject({ way: 'redo', label: { params: { workers: 1 } } })
  expect(await rejects()).toBe(1)
  // What is so already is no change: nothing more to undo.
  const { changes } = lab.state().design
  expect(await lab.run('setCapacity', { service: 'app-1', setting })).toEqual(setting)
  expect(lab.state().design.changes).toEqual(changes)
  await lab.run('resetDesign', {})
  expect(lab.state().capacity).toMatchObject([{ service: 'app-1', setting: null }])
})
