import { expect, it } from 'vitest'
import { parseFields } from '../../../../services/protocols/http1/fields.ts'
import { chainOf, releaseOf } from '../../../../services/protocols/traffic/origin.ts'

const fields = (...lines: string[]) => parseFields(lines.map((line) => `${line}\r\n`).join(''), 0)

it('reads the chain nearest to the client first, each service once', () => {
  expect(chainOf(fields('Via: 1.1 web-1', 'Via: 1.1 lb-1', 'X-Served-By: app-1', 'X-Database: db-1'))).toBe(
    'lb-1 web-1 app-1 db-1',
  )
  expect(chainOf(fields('Via: 1.1 web-1, 1.1 lb-1', 'X-Served-By: web-1'))).toBe('lb-1 web-1')
  expect(chainOf(fields('Content-Length: 0'))).toBe('')
})

it('reads the release', () => {
  expect(releaseOf(fields('X-Release: v2'))).toBe('v2')
  expect(releaseOf(fields('Server: x'))).toBe('-')
})
