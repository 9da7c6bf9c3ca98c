import { expect, it } from 'vitest'
import { matches } from '../../../../renderer/src/model/fuzzy-match.ts'

it('finds words in any order, without case and accents', () => {
  expect(matches('Déployer sur server-1…', 'SERVER deploy')).toBe(true)
  expect(matches('Stop lab', '')).toBe(true)
  expect(matches('Stop lab', 'start')).toBe(false)
})
