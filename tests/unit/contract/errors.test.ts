import { describe, expect, it } from 'vitest'
import { fillSentence, LabError, toFailure } from '../../../services/contract/errors.ts'

describe('LabError', () => {
  it('says its sentence with the parameters filled in', () => {
    const error = new LabError('PORT_TAKEN', { service: 'web-2', port: 8080, address: '127.10.0.22', next: 8081 })
    expect(error.message).toBe(
      'web-2 could not start: port 8080 on 127.10.0.22 is taken by another program. Choose Restart to use port 8081.',
    )
    expect(toFailure(error)).toEqual({ code: 'PORT_TAKEN', message: error.message, params: error.params })
  })

  it('leaves a place without parameter visible', () => {
    expect(fillSentence('{a} and {b}', { a: 1 })).toBe('1 and {b}')
  })

  it('turns any other error into INTERNAL without a stack trace', () => {
    const failure = toFailure(new TypeError('x is undefined'))
    expect(failure.code).toBe('INTERNAL')
    expect(failure.message).toContain('x is undefined')
    expect(failure.message).not.toContain('.ts:')
  })
})
