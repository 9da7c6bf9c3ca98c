import { describe, expect, it } from 'vitest'
import { Bell } from '../../../services/cli/bell.ts'

describe('Bell', () => {
  it('wakes who waits', async () => {
    const bell = new Bell()
    const waiting = bell.wait()
    bell.ring()
    await waiting
  })

  it('keeps a ring for the next wait, and one only', async () => {
    const bell = new Bell()
    bell.ring()
    bell.ring()
    await bell.wait()
    let isAwake = false
    const second = bell.wait().then(() => (isAwake = true))
    await Promise.resolve()
    expect(isAwake).toBe(false)
    bell.ring()
    await second
  })

  it('wakes when the time is up', async () => {
    await new Bell().wait(1)
  })
})
