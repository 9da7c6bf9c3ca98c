import { expect, it } from 'vitest'
import { asMebibytes, MIB } from '../../../../../renderer/src/panels/packets/ring-size.ts'

it('counts whole MiB, and something as at least one', () => {
  expect([0, 1, MIB, 2.6 * MIB, 2048 * MIB].map(asMebibytes)).toEqual([0, 1, 1, 3, 2048])
})
