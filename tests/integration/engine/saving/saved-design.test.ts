import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestEngine, type TestEngine } from '../../../engine.ts'

const TOPOLOGY = '1-distributed_web_infrastructure'
const WORKERS = { workers: 2, costMs: 5, queueLimit: 8 }

let lab: TestEngine
let folder: string
beforeEach(async () => {
  lab = await openTestEngine()
  folder = await mkdtemp(join(tmpdir(), 'hoplab-saved-'))
  await writeFile(file(), await readFile(join(lab.options.resourcesDir, 'topologies', `${TOPOLOGY}.yaml`), 'utf8'))
})
afterEach(async () => {
  await lab.close()
  await rm(folder, { recursive: true, force: true })
})

const file = (): string => join(folder, 'mine.yaml')
const design = (): string => join(lab.options.workspacesDir, TOPOLOGY, 'topology.yaml')
const start = (): Promise<unknown> => lab.engine.startLab({ topology: { file: file() } })
const stop = (): Promise<unknown> => lab.run('stopLab', {})
const lastFound = (): unknown => lab.events.findLast(({ type }) => type === 'designFound')
const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

it('saves itself and comes back with the next start, with its new server and workers; reset forgets it', async () => {
  await start()
  expect(await isThere(design())).toBe(false)
  const { app } = await lab.run('addServerPair', {})
  await lab.run('setCapacity', { service: app, setting: WORKERS })
  await lab.run('setAlgorithm', { algorithm: 'leastconn' })
  await stop()
  await start()
  expect(lastFound()).toMatchObject({ taken: true, path: design() })
  expect(lab.state().design).toMatchObject({ changed: true, canUndo: false, balancers: [{ algorithm: 'leastconn' }] })
  expect(lab.service('web-3').state).toBe('ready')
  const { capacity } = await lab.until((state) => state.capacity.length === 3)
  expect(capacity.find(({ service }) => service === app)?.setting).toEqual(WORKERS)
  await lab.run('resetDesign', {})
  expect(lab.state().services.map(({ id }) => id)).not.toContain('web-3')
  expect(await isThere(design())).toBe(false)
}, 60_000)

it('does not start a design that somebody broke by hand, says where, and loses nothing', async () => {
  await start()
  await lab.run('setAlgorithm', { algorithm: 'leastconn' })
  await stop()
  const text = await readFile(design(), 'utf8')
  const broken = text.replace('algorithm: leastconn', 'algorithm: leastcon')
  await writeFile(design(), broken)
  const line = broken.split('\n').findIndex((one) => one.includes('leastcon')) + 1
  await expect(start()).rejects.toMatchObject({
    code: 'TOPOLOGY_INVALID',
    params: { file: design(), line, detail: expect.stringContaining('Did you mean "leastconn"?') },
  })
  expect(await readFile(design(), 'utf8')).toBe(broken)
  await writeFile(design(), text.replace('algorithm: leastconn', 'algorithm: source'))
  await start()
  expect(lab.state().design.balancers).toMatchObject([{ algorithm: 'source' }])
}, 60_000)

it('puts a design aside that was made for another version of the topology', async () => {
  await start()
  await lab.run('setAlgorithm', { algorithm: 'first' })
  await stop()
  const text = await readFile(design(), 'utf8')
  await writeFile(file(), (await readFile(file(), 'utf8')).replace('weight: 1', 'weight: 2'))
  await start()
  const aside = design().replace('.yaml', '.before.yaml')
  expect(lastFound()).toMatchObject({ taken: false, path: aside })
  expect(lab.state().design).toMatchObject({ changed: false, balancers: [{ algorithm: 'roundrobin' }] })
  expect(await readFile(aside, 'utf8')).toBe(text)
}, 60_000)

it('starts with the faults that its file names; what cannot be set is told', async () => {
  const faults = [
    '{ fault: kill, service: web-1 }',
    '{ fault: latency, link: client>lb-1, ms: 40 }',
    // One bad answer at a time.
    '{ fault: dns-servfail, service: dns-1, seconds: 600 }',
    '{ fault: dns-no-answer, service: dns-1 }',
  ]
  await writeFile(file(), `${await readFile(file(), 'utf8')}\nfaults:\n${faults.map((one) => `  - ${one}\n`).join('')}`)
  await start()
  await lab.until(({ faults: set }) => set.length === 3 && set.every(({ phase }) => phase === 'active'))
  expect(lab.state().faults.map(({ spec, phase }) => [spec.fault, phase])).toEqual([
    ['kill', 'active'],
    ['latency', 'active'],
    ['dns-servfail', 'active'],
  ])
  expect(lab.service('web-1').state).toBe('failed')
  expect(lab.events.filter(({ type }) => type === 'labFailed')).toMatchObject([{ failure: { code: 'FAULT_EXISTS' } }])
  expect(await lab.run('clearAllFaults', {})).toMatchObject({ asBefore: true })
  expect(lab.service('web-1').state).toBe('ready')
}, 60_000)
