import { expect } from 'vitest'

/** Matches an object without any key. In `toMatchObject`, `{}` would match every object. */
export const NOTHING: unknown = expect.toSatisfy(
  (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0,
  'an object without any key',
)
