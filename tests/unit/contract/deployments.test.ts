import { expect, it } from 'vitest'
import { proposeRelease } from '../../../services/contract/deployments.ts'

const KNOWN = ['v1', 'v2', 'v3']

it.each([
  ['the next one at first', 'v1', null, 'v2'],
  ['the one before, as it is known to run', 'v2', 'v1', 'v1'],
  ['the next one when the one before is gone', 'v2', 'v0', 'v3'],
  ['any other after the last one', 'v3', null, 'v1'],
  ['the first where nothing is live', null, null, 'v1'],
])('proposes %s', (_, live, before, proposed) => {
  expect(proposeRelease(KNOWN, live, before)).toBe(proposed)
})

it('proposes nothing where there is no other', () => {
  expect(proposeRelease(['v1'], 'v1', 'v1')).toBeNull()
})
