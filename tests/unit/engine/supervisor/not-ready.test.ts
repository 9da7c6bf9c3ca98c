import { expect, it } from 'vitest'
import { notReady } from '../../../../services/engine/supervisor/not-ready.ts'

it('names the faults that may be why, where there are some', () => {
  expect(notReady('dns-1')).toMatchObject({ code: 'SERVICE_NOT_READY', params: { service: 'dns-1', seconds: 15 } })
  const broken = notReady('dns-1', ['no-answer', 'slow'])
  expect(broken.code).toBe('SERVICE_NOT_READY_BROKEN')
  expect(broken.message).toContain('faults set on it: no-answer, slow. Repair them.')
})
