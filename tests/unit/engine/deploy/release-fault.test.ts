import { expect, it } from 'vitest'
import { readFault } from '../../../../services/engine/deploy/release-fault.ts'

const FOLDER = '/labs/one/codebase/releases/v3'

it.each([
  [null, { fault: null, file: null, line: null }],
  [`${FOLDER}/app/news.js:2: Cannot find it: x`, { fault: 'Cannot find it: x', file: 'app/news.js', line: 2 }],
  ['it did not finish loading within 20 s', { fault: 'it did not finish loading within 20 s', file: null, line: null }],
  [
    '/labs/one/codebase/releases/v33/a.js:1: x',
    { fault: '/labs/one/codebase/releases/v33/a.js:1: x', file: null, line: null },
  ],
])('reads %s', (fault, parts) => {
  expect(readFault(fault, FOLDER)).toEqual(parts)
})
