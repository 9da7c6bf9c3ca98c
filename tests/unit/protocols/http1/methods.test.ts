import { expect, it } from 'vitest'
import { isIdempotent } from '../../../../services/protocols/http1/methods.ts'

it('knows which methods may be sent twice (RFC 9110 section 9.2.2)', () => {
  expect(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'].every(isIdempotent)).toBe(true)
  expect(['POST', 'PATCH', 'CONNECT', 'get', 'FROB', ''].some(isIdempotent)).toBe(false)
})
