import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditKey, isSpof, type AuditState } from '../../../../services/contract/index.ts'
import { openTestEngine, type TestEngine } from '../../../engine.ts'

const SIMPLE = '0-simple_web_stack'
const DISTRIBUTED = '1-distributed_web_infrastructure'
/** Each row takes some seconds; a busy machine several times that. */
const WHOLE_AUDIT_MS = 280_000

let lab: TestEngine
beforeEach(async () => {
  lab = await openTestEngine()
})
afterEach(() => lab.close())

/** Rows whose proof differs from the prediction, with what was found: none. */
function differing({ rows }: AuditState): unknown[] {
  return rows
    .filter(({ agree }) => agree === false)
    .map((row) => [auditKey(row), row.predicted.effects, row.measured?.capabilities])
}

function spofs({ rows }: AuditState): string[] {
  return rows.filter((row) => row.measured !== null && isSpof(row)).map(auditKey)
}

async function expectWhole(): Promise<void> {
  const { services, faults, backends, traffic } = lab.state()
  expect(services.filter(({ state }) => state !== 'ready').map(({ id }) => id)).toEqual([])
  expect([faults, backends.filter(({ state }) => state !== 'up')]).toEqual([[], []])
  expect(traffic.filter(({ endedAtMs }) => endedAtMs === null)).toEqual([])
  expect((await lab.run('sendRequest', { url: '/guestbook' })).preview).not.toContain('Hoplab audit')
}

describe('the audit', () => {
  it(
    'proves that everything in one server is a single point of failure',
    async () => {
      await lab.run('startLab', { topology: SIMPLE })
      const audit = await lab.run('startAudit', {})
      expect(differing(audit)).toEqual([])
      const proved = audit.rows
      expect(audit.rows.filter(({ measured }) => measured === null)).toEqual([])
      expect(audit).toMatchObject({ phase: 'done', repaired: true, failure: null, baseline: { length: 5 } })
      expect(spofs(audit)).toEqual(proved.map(auditKey))
      expect(spofs(audit)).toEqual(
        expect.arrayContaining(['service:dns-1', 'service:db-1', 'service:app-1', 'service:web-1', 'host:server-1']),
      )
      await expectWhole()
      for (const row of proved) expect(row.measured?.recoveryMs).toBeGreaterThan(0)

      const { path } = await lab.run('saveAudit', { format: 'html', marks: [{ kind: 'service', id: 'db-1' }] })
      expect(await readFile(path, 'utf8')).toContain('All paths to the application go through app-1.')
    },
    WHOLE_AUDIT_MS,
  )

  it(
    'proves that of two pairs behind a balancer none is one, but DNS, the balancer and the database are',
    async () => {
      await lab.run('startLab', { topology: DISTRIBUTED })
      await lab.run('setAutomaticRestart', { service: 'web-1', enabled: true })
      // One of each kind: all twenty rows take two minutes, and the two pairs are alike.
      const services = ['dns-1', 'lb-1', 'db-1', 'web-1', 'app-1'].map((id) => ({ kind: 'service' as const, id }))
      const only = [
        ...services,
        { kind: 'host' as const, id: 'server-1' },
        { kind: 'link' as const, id: 'client>lb-1' },
        { kind: 'link' as const, id: 'lb-1>web-1' },
        { kind: 'link' as const, id: 'app-1>db-1' },
      ]
      const audit = await lab.run('startAudit', { only })
      expect(differing(audit)).toEqual([])
      expect(audit).toMatchObject({ phase: 'done', repaired: true, failure: null })
      const single = ['dns-1', 'lb-1', 'db-1'].map((id) => `service:${id}`)
      const asked = only.map(auditKey)
      expect(audit.rows.filter((row) => row.measured === null && asked.includes(auditKey(row)))).toEqual([])
      expect(spofs(audit)).toEqual([...single, 'link:client>lb-1'])
      expect(audit.rows.find(({ id }) => id === 'server-1')?.measured?.method).toBe('power-off')
      expect(audit.rows.find(({ id }) => id === 'app-1>db-1')?.measured?.effect).toBe('partly')
      expect(audit.rows.find(({ id }) => id === 'app-1')?.measured?.noticedMs).toBeGreaterThan(0)
      expect(audit.rows.find(({ id }) => id === 'lb-1')?.measured).toMatchObject({ method: 'kill', effect: 'down' })
      expect(lab.service('web-1').automaticRestart).toBe(true)
      await expectWhole()
    },
    WHOLE_AUDIT_MS,
  )

  it('repairs what it has broken when it is stopped, and lets nobody disturb it', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    const running = lab.run('startAudit', { only: [{ kind: 'service', id: 'db-1' }] })
    await lab.until(({ audit }) => audit?.progress?.step === 'watching')
    expect(lab.service('db-1').state).toBe('failed')
    await expect(lab.run('actOnService', { service: 'web-1', action: 'kill' })).rejects.toMatchObject({
      code: 'AUDIT_BUSY',
    })
    await expect(lab.run('startAudit', {})).rejects.toMatchObject({ code: 'AUDIT_BUSY' })
    const stopped = await lab.run('stopAudit', {})
    expect(stopped).toMatchObject({ phase: 'stopped', repaired: true, failure: null, progress: null })
    expect(await running).toEqual(stopped)
    await expectWhole()
    await expect(lab.run('stopAudit', {})).rejects.toMatchObject({ code: 'AUDIT_NONE' })
  }, 60_000)

  it('ends with the lab, also in the middle', async () => {
    await lab.run('startLab', { topology: SIMPLE })
    const running = lab.run('startAudit', {})
    await lab.until(({ audit }) => audit?.progress?.step === 'watching')
    await lab.run('stopLab', {})
    expect(await running).toMatchObject({ phase: 'stopped' })
    expect(lab.state()).toMatchObject({ phase: 'idle', audit: null, faults: [] })
    await lab.run('startLab', { topology: SIMPLE })
    await expectWhole()
  }, 60_000)

  it('begins with a whole lab only, and with parts that there are', async () => {
    await expect(lab.run('startAudit', {})).rejects.toMatchObject({ code: 'LAB_NOT_RUNNING' })
    expect((await lab.run('predictAudit', { topology: DISTRIBUTED })).rows.filter(isSpof)).toHaveLength(8)
    await lab.run('startLab', { topology: SIMPLE })
    await expect(lab.run('startAudit', { only: [{ kind: 'host', id: 'web-1' }] })).rejects.toMatchObject({
      code: 'AUDIT_COMPONENT_UNKNOWN',
      params: { known: 'ns-1, server-1' },
    })
    const { id } = await lab.run('addFault', { spec: { fault: 'freeze', target: 'service', service: 'web-1' } })
    await expect(lab.run('startAudit', {})).rejects.toMatchObject({ code: 'AUDIT_FAULTS_SET' })
    await lab.run('clearFault', { id })
    await lab.run('actOnService', { service: 'web-1', action: 'stop' })
    await expect(lab.run('startAudit', {})).rejects.toMatchObject({ code: 'AUDIT_NOT_READY' })
    expect(lab.state().audit).toBeNull()
  }, 60_000)
})
