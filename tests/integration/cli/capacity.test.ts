import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CliHome } from '../../cli-process.ts'

/** Capacity and balancing from the command line, with the real engine in another process. */

let home: CliHome
beforeAll(async () => {
  home = await CliHome.open()
  await home.startLab('up', '1-distributed_web_infrastructure')
})
afterAll(() => home.close())

const MODEL = { workers: 1, costMs: 50, queueLimit: 2 }

it('sets the workers of all application servers or of one, shows them, and models nothing again', async () => {
  const both = ['app-1', 'app-2']
  expect(await home.json('capacity', '--workers', '1', '--cost', '50', '--queue', '2')).toMatchObject({
    capacity: both.map((service) => ({ service, setting: MODEL })),
  })
  expect(await home.json('capacity', 'app-2', '--workers', '3')).toMatchObject({
    capacity: [{ service: 'app-2', setting: { ...MODEL, workers: 3 } }],
  })
  const { stdout } = await home.start('capacity').exit
  expect(stdout).toMatch(/app-1.*1.*50/)
  expect(await home.json('capacity', 'app-2', '--off')).toMatchObject({
    capacity: [{ service: 'app-2', setting: null }],
  })
  expect(await home.json('undo')).toMatchObject({ kind: 'unmodelWorkers' })
  expect(await home.json('capacity', 'app-2')).toMatchObject({ capacity: [{ setting: { workers: 3 } }] })
  expect(await home.json('capacity', 'web-1', '--workers', '1')).toMatchObject({ error: { code: 'CAPACITY_NOT_APP' } })
})

it('raises traffic step by step, says each step, and writes the curve as CSV', async () => {
  await home.json('capacity', '--workers', '1', '--cost', '50', '--queue', '2')
  const ramp = ['--to', '60', '--from', '20', '--step', '20', '--hold', '1', '--label', 'both', '--report', 'curve.csv']
  expect(await home.json('ramp', ...ramp)).toMatchObject({
    ...{ label: 'both', state: 'finished', stepsInAll: 3, prediction: { rate: 40 } },
    steps: [{ offered: 20 }, { offered: 40 }, { offered: 60 }],
  })
  const lines = (await readFile(join(home.folder, 'curve.csv'), 'utf8')).trim().split('\n')
  expect(lines).toHaveLength(4)
  expect(lines[0]).toContain('offered')
  const refused = await home.start('ramp', '--to', '5000').exit
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('to')])
})

it('shows how the requests were shared, with reasons', async () => {
  const answer = await home.json('balancing', '--limit', '4')
  expect(answer).toMatchObject({
    balancers: [
      {
        ...{ balancer: 'lb-1', algorithm: 'roundrobin', tellsReasons: true, failure: null },
        shares: [{ server: 'web-1' }, { server: 'web-2' }],
      },
    ],
  })
  const { balancers } = answer as { balancers: [{ choices: readonly unknown[] }] }
  expect(balancers[0].choices).toHaveLength(4)
  const { stdout } = await home.start('balancing').exit
  expect(stdout).toMatch(/lb-1/)
  expect(stdout).toMatch(/web-1.*50/)
})
