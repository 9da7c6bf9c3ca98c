import { describe, expect, it } from 'vitest'
import { changeLabel, type ChangeDone } from '../../../../services/contract/index.ts'
import { DesignHistory, type DesignChange } from '../../../../services/engine/design/design-history.ts'

/** A design that is one number; each change adds to it. */
class Counter {
  value = 0
  readonly told: (string | null)[] = []
  readonly history = new DesignHistory({
    began: (label, way) => void this.told.push(`${way} ${label.text}`),
    ended: (done: ChangeDone | null) => void this.told.push(done === null ? null : done.label.text),
  })

  adding(amount: number): DesignChange {
    return {
      label: changeLabel('setWorkers', { service: 'app-1', workers: amount }),
      apply: async () => void (this.value += amount),
      revert: async () => void (this.value -= amount),
    }
  }
}

describe('the history of a design', () => {
  it('undoes and does again in order', async () => {
    const design = new Counter()
    await design.history.run(design.adding(1))
    await design.history.run(design.adding(10))
    expect(design.history.undoLabel?.text).toBe('10 workers for app-1')
    expect(await design.history.undo()).toMatchObject({ way: 'undo', label: { params: { workers: 10 } } })
    expect(design.value).toBe(1)
    await design.history.undo()
    expect([design.value, design.history.undoLabel]).toEqual([0, null])
    expect(design.history.redoLabel?.params).toMatchObject({ workers: 1 })
    await design.history.redo()
    await design.history.redo()
    expect([design.value, design.history.redoLabel]).toEqual([11, null])
    expect(design.told.filter((line) => line?.startsWith('redo'))).toHaveLength(2)
  })

  it('says so when there is nothing to undo or to do again', async () => {
    const { history } = new Counter()
    await expect(history.undo()).rejects.toMatchObject({ code: 'UNDO_NONE' })
    await expect(history.redo()).rejects.toMatchObject({ code: 'REDO_NONE' })
  })

  it('forgets what was undone when something new is done', async () => {
    const design = new Counter()
    await design.history.run(design.adding(1))
    await design.history.undo()
    await design.history.run(design.adding(5))
    await expect(design.history.redo()).rejects.toMatchObject({ code: 'REDO_NONE' })
    expect(design.history.changes.map(({ params }) => params['workers'])).toEqual([5])
  })

  it('does one change at a time', async () => {
    const design = new Counter()
    let finish = (): void => undefined
    const slow = design.history.run({
      ...design.adding(1),
      apply: () => new Promise<void>((resolve) => (finish = resolve)),
    })
    await expect(design.history.run(design.adding(2))).rejects.toMatchObject({ code: 'DESIGN_BUSY' })
    await expect(design.history.undo()).rejects.toMatchObject({ code: 'UNDO_NONE' })
    finish()
    await slow
    await design.history.run(design.adding(2))
    expect(design.history.changes).toHaveLength(2)
  })

  it('does not remember a change that failed, and keeps one that could not be undone', async () => {
    const design = new Counter()
    const fail = async (): Promise<void> => Promise.reject(new Error('no'))
    await expect(design.history.run({ ...design.adding(1), apply: fail })).rejects.toThrow('no')
    expect([design.history.changes, design.told.at(-1)]).toEqual([[], null])
    await design.history.run({ ...design.adding(1), revert: fail })
    await expect(design.history.undo()).rejects.toThrow('no')
    expect([design.history.changes.length, design.history.redoLabel, design.history.busy]).toEqual([1, null, false])
  })

  it('keeps the last hundred', async () => {
    const design = new Counter()
    for (let index = 0; index < 105; index += 1) await design.history.run(design.adding(1))
    expect(design.history.changes).toHaveLength(100)
  })
})
