import { describe, expect, it } from 'vitest'
import { LockQueue, type Patience } from '../../../../services/programs/database/lock-queue.ts'

const patient: Patience = { limitMs: 60_000, isCancelled: () => false }
const BUSY = new Error('busy')
const isBusy = (error: unknown): boolean => error === BUSY

/** An attempt that succeeds when the lock is free. */
function lockable() {
  const lock = { free: false, order: [] as string[] }
  const attempt = (name: string) => (): string => {
    if (!lock.free) throw BUSY
    lock.order.push(name)
    return name
  }
  return { lock, attempt }
}

describe('waiting for a lock', () => {
  it('is not needed when the first try succeeds', async () => {
    const { lock, attempt } = lockable()
    lock.free = true
    expect(await new LockQueue().retry(attempt('a'), isBusy, patient)).toBe('a')
  })

  it('ends when the lock is released, first come first served', async () => {
    const queue = new LockQueue()
    const { lock, attempt } = lockable()
    const waiting = ['a', 'b', 'c'].map((name) => queue.retry(attempt(name), isBusy, patient))
    lock.free = true
    queue.released()
    await Promise.all(waiting)
    expect(lock.order).toEqual(['a', 'b', 'c'])
  })

  it('ends soon when a lock is freed that tells nobody', async () => {
    const queue = new LockQueue()
    const { lock, attempt } = lockable()
    const waiting = queue.retry(attempt('a'), isBusy, patient)
    lock.free = true
    expect(await waiting).toBe('a')
  })

  it('keeps places through tries in vain', async () => {
    const queue = new LockQueue()
    const { lock, attempt } = lockable()
    const waiting = ['a', 'b'].map((name) => queue.retry(attempt(name), isBusy, patient))
    for (let round = 0; round < 3; round += 1) {
      queue.released()
      await Promise.resolve()
    }
    lock.free = true
    queue.released()
    await Promise.all(waiting)
    expect(lock.order).toEqual(['a', 'b'])
  })

  it('ends with the error when the patience does', async () => {
    const { attempt } = lockable()
    const began = performance.now()
    await expect(new LockQueue().retry(attempt('a'), isBusy, { ...patient, limitMs: 60 })).rejects.toBe(BUSY)
    expect(performance.now() - began).toBeGreaterThanOrEqual(55)
  })

  it('ends with the error when nobody wants the result any more', async () => {
    const { lock, attempt } = lockable()
    let cancelled = false
    const queue = new LockQueue()
    const waiting = queue.retry(attempt('a'), isBusy, { limitMs: 60_000, isCancelled: () => cancelled })
    cancelled = true
    lock.free = true
    queue.released()
    await expect(waiting).rejects.toBe(BUSY)
    expect(lock.order).toEqual([])
  })

  it('is not tried after any other error', async () => {
    const other = new Error('syntax')
    const fail = (): never => {
      throw other
    }
    await expect(new LockQueue().retry(fail, isBusy, patient)).rejects.toBe(other)
  })
})
