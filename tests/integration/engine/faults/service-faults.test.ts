import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaultFigure, FaultSpec } from '../../../../services/contract/index.ts'
import { openTestEngine, type TestEngine } from '../../../engine.ts'

const DISTRIBUTED = '1-distributed_web_infrastructure'

const JSON_TYPE = { 'content-type': 'application/json' }

let lab: TestEngine
beforeEach(async () => {
  lab = await openTestEngine()
  await lab.run('startLab', { topology: DISTRIBUTED })
})
afterEach(() => lab.close())

function urlOf(service: string, path: string): string {
  const { address, port } = lab.service(service)
  return `http://${address}:${port}${path}`
}

/** Statuses of requests one after the other, straight to a service. */
async function ask(service: string, path: string, times: number): Promise<number[]> {
  const statuses: number[] = []
  for (let index = 0; index < times; index += 1) {
    const response = await fetch(urlOf(service, path))
    await response.arrayBuffer()
    statuses.push(response.status)
  }
  return statuses
}

async function medianMs(service: string, path: string, times = 15): Promise<number> {
  const taken: number[] = []
  for (let index = 0; index < times; index += 1) {
    const startedMs = performance.now()
    await ask(service, path, 1)
    taken.push(performance.now() - startedMs)
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0
}

async function figure(id: number, name: FaultFigure, fits: (value: number) => boolean): Promise<number> {
  const read = (faults: TestEngine['state'] extends () => { faults: infer Faults } ? Faults : never): number | null =>
    faults.find((fault) => fault.id === id)?.measured?.figures.find((one) => one.name === name)?.value ?? null
  const { faults } = await lab.until((state) => {
    const value = read(state.faults)
    return value !== null && fits(value)
  })
  return read(faults) ?? 0
}

async function set(spec: FaultSpec, forMs?: number): Promise<number> {
  return (await lab.run('addFault', forMs === undefined ? { spec } : { spec, forMs })).id
}

function writeGuestbook(name: string): Promise<number> {
  return query(`INSERT INTO guests VALUES ('${name}')`)
}

/** 200 with no error of the statement, else the statement's code as text. */
async function sql(statement: string): Promise<string> {
  const response = await fetch(urlOf('db-1', '/v3/pipeline'), {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ baton: null, requests: [{ type: 'execute', stmt: { sql: statement } }, { type: 'close' }] }),
  })
  const text = await response.text()
  const { results } = JSON.parse(text) as { results?: { type: string; error?: { code: string } }[] }
  if (results === undefined) throw new Error(text)
  return results[0]?.type === 'ok' ? 'ok' : (results[0]?.error?.code ?? String(response.status))
}

async function query(text: string): Promise<number> {
  return (await sql(text)) === 'ok' ? 1 : 0
}

describe('slow', () => {
  it('adds its milliseconds to every request, measures them, survives a restart, and is gone when cleared', async () => {
    const id = await set({ fault: 'slow', target: 'service', service: 'app-1', ms: 70 })
    expect(await medianMs('app-1', '/')).toBeGreaterThan(69)
    const measured = await figure(id, 'delayMs', () => true)
    expect(measured).toBeGreaterThanOrEqual(69)
    expect(measured).toBeLessThan(100)
    await lab.run('actOnService', { service: 'app-1', action: 'restart' })
    expect(await medianMs('app-1', '/', 3)).toBeGreaterThan(69)
    await lab.run('clearFault', { id })
    expect(await medianMs('app-1', '/')).toBeLessThan(60)
    expect(lab.state().faults).toEqual([])
  })

  it('is ended by its timer', async () => {
    await set({ fault: 'slow', target: 'service', service: 'web-1', ms: 300 }, 400)
    expect(await lab.waitFor((event) => event.type === 'faultCleared')).toMatchObject({ by: 'timer' })
    expect(await medianMs('web-1', '/', 5)).toBeLessThan(200)
  })
})

describe('error rate', () => {
  it('fails every third request, evenly, and none when cleared', async () => {
    const id = await set({ fault: 'error-rate', target: 'service', service: 'app-1', failures: 1, of: 3 })
    const statuses = await ask('app-1', '/guestbook', 30)
    const failed = statuses.filter((status) => status === 500).length
    // Health checks come by the same door and take their turns.
    expect(failed).toBeGreaterThanOrEqual(7)
    expect(failed).toBeLessThanOrEqual(13)
    expect(await figure(id, 'failed', (value) => value >= failed)).toBeGreaterThanOrEqual(failed)
    await lab.run('clearFault', { id })
    expect(await ask('app-1', '/guestbook', 12)).toEqual(Array<number>(12).fill(200))
  })
})

describe('full disk', () => {
  it("meets SQLite's own SQLITE_FULL at every write, lets reads through, and leaves nothing", async () => {
    expect(await sql('CREATE TABLE guests (name TEXT)')).toBe('ok')
    expect(await writeGuestbook('Ada')).toBe(1)
    const id = await set({ fault: 'disk-full', target: 'service', service: 'db-1' })
    expect(await sql("INSERT INTO guests VALUES ('Grace')")).toBe('SQLITE_FULL')
    expect(await sql('DELETE FROM guests')).toBe('SQLITE_FULL')
    expect(await sql('SELECT * FROM guests')).toBe('ok')
    expect(await figure(id, 'failed', (value) => value >= 2)).toBeGreaterThanOrEqual(2)
    await lab.run('clearFault', { id })
    expect(await writeGuestbook('Alan')).toBe(1)
    expect(await sql("SELECT 1 / (count(*) = 0) FROM sqlite_schema WHERE name = 'full_disk'")).toBe('ok')
    expect(await sql('INSERT INTO guests VALUES (zeroblob(1000000))')).toBe('ok')
  })
})

describe('faults at the start', () => {
  it('crash at start ends every start, and repair starts it', async () => {
    const id = await set({ fault: 'crash-at-start', target: 'service', service: 'app-1' })
    expect(lab.service('app-1')).toMatchObject({ state: 'failed', exit: { code: 70 } })
    await expect(lab.run('actOnService', { service: 'app-1', action: 'start' })).rejects.toMatchObject({
      code: 'SERVICE_START_FAILED',
    })
    expect(await figure(id, 'crashes', (value) => value >= 2)).toBe(2)
    await lab.run('clearFault', { id })
    expect(lab.service('app-1').state).toBe('ready')
    expect(await ask('app-1', '/', 1)).toEqual([200])
  })

  it('a memory limit holds the heap, ends a process that wants more, and is gone when cleared', async () => {
    const id = await set({ fault: 'memory-limit', target: 'service', service: 'db-1', mib: 16 })
    expect(await figure(id, 'memoryBytes', (value) => value > 0)).toBeGreaterThan(0)
    expect(await sql('SELECT 1')).toBe('ok')
    const big = `[${'[1,2],'.repeat(2_000_000)}1]`
    await fetch(urlOf('db-1', '/v3/pipeline'), { method: 'POST', headers: JSON_TYPE, body: big }).catch(() => undefined)
    expect(await figure(id, 'crashes', (value) => value >= 1)).toBe(1)
    expect(lab.service('db-1').state).toBe('failed')
    await lab.run('clearFault', { id })
    expect((await fetch(urlOf('db-1', '/v3/pipeline'), { method: 'POST', headers: JSON_TYPE, body: big })).status).toBe(
      400,
    )
    expect(await sql('SELECT 1')).toBe('ok')
  }, 30_000)
})

describe('DNS faults', () => {
  it('a wrong answer leads visitors astray, and is forgotten when cleared', async () => {
    const right = (await lab.run('sendRequest', {})).status
    expect(right).toBe(200)
    const id = await set({ fault: 'dns-wrong-answer', target: 'service', service: 'dns-1', address: '127.10.0.99' })
    expect((await lab.run('sendRequest', {})).resolved).toMatchObject({ address: '127.10.0.99', ttlSeconds: 0 })
    expect(await figure(id, 'wrong', (value) => value >= 1)).toBeGreaterThanOrEqual(1)
    await lab.run('clearFault', { id })
    expect((await lab.run('sendRequest', {})).status).toBe(200)
  }, 30_000)

  it('SERVFAIL and silence are met by who asks', async () => {
    const servfail = await set({ fault: 'dns-servfail', target: 'service', service: 'dns-1' })
    expect((await lab.run('sendRequest', {})).failure?.message).toMatch(/SERVFAIL/)
    await expect(set({ fault: 'dns-no-answer', target: 'service', service: 'dns-1' })).rejects.toMatchObject({
      code: 'FAULT_EXISTS',
    })
    await lab.run('clearFault', { id: servfail })
    const silent = await set({ fault: 'dns-no-answer', target: 'service', service: 'dns-1' })
    expect((await lab.run('sendRequest', {})).status).toBeNull()
    expect(await figure(silent, 'dropped', (value) => value >= 1)).toBeGreaterThanOrEqual(1)
    await lab.run('clearFault', { id: silent })
    expect((await lab.run('sendRequest', {})).status).toBe(200)
  }, 30_000)
})

it('what cannot be done is refused with the reason', async () => {
  await expect(set({ fault: 'slow', target: 'service', service: 'lb-1', ms: 10 })).rejects.toMatchObject({
    code: 'FAULT_UNSUPPORTED',
  })
  await expect(set({ fault: 'disk-full', target: 'service', service: 'web-1' })).rejects.toMatchObject({
    code: 'FAULT_UNSUPPORTED',
  })
  expect(lab.state().faults).toEqual([])
})

it('Repair all ends them together and proves it', async () => {
  await set({ fault: 'slow', target: 'service', service: 'web-2', ms: 50 })
  await set({ fault: 'error-rate', target: 'service', service: 'web-1', failures: 1, of: 2 })
  await set({ fault: 'dns-servfail', target: 'service', service: 'dns-1' })
  await set({ fault: 'disk-full', target: 'service', service: 'db-1' })
  await set({ fault: 'crash-at-start', target: 'service', service: 'app-2' })
  const report = await lab.run('clearAllFaults', {})
  expect(report.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(report.asBefore).toBe(true)
}, 60_000)
