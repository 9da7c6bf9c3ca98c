import { LabError, type ChangeDone, type ChangeLabel, type ChangeWay } from '../../contract/index.ts'

/**
 * One change of the design. `apply` brings it about and `revert` takes it back, as often as wanted and always in turn;
 * either leaves the lab as it was when it rejects.
 */
export interface DesignChange {
  readonly label: ChangeLabel
  apply(): Promise<void>
  revert(): Promise<void>
}

/** What a history tells of itself. */
export interface HistoryWatcher {
  /** A change is on its way. */
  began(label: ChangeLabel, way: ChangeWay): void
  /** It has come into force or was taken back; null: it failed, and nothing has changed. */
  ended(done: ChangeDone | null): void
}

/** Changes that can be undone; the oldest give way. */
const DEPTH = 100

/** The changes of a design in their order, one at a time. */
export class DesignHistory {
  private readonly watcher: HistoryWatcher
  private readonly done: DesignChange[] = []
  private undone: DesignChange[] = []
  private underWay: ChangeLabel | null = null

  constructor(watcher: HistoryWatcher) {
    this.watcher = watcher
  }

  /** What is in force and can be undone, oldest first. */
  get changes(): readonly ChangeLabel[] {
    return this.done.map(({ label }) => label)
  }

  get undoLabel(): ChangeLabel | null {
    return this.done.at(-1)?.label ?? null
  }

  get redoLabel(): ChangeLabel | null {
    return this.undone.at(-1)?.label ?? null
  }

  get busy(): boolean {
    return this.underWay !== null
  }

  /** Brings a change about and remembers it; what was undone before cannot be done again. Throws `DESIGN_BUSY`. */
  async run(change: DesignChange): Promise<ChangeDone> {
    const done = await this.carryOut(change, 'apply')
    this.done.push(change)
    if (this.done.length > DEPTH) this.done.shift()
    this.undone = []
    this.watcher.ended(done)
    return done
  }

  /** Throws `UNDO_NONE`, `DESIGN_BUSY`. */
  async undo(): Promise<ChangeDone> {
    const change = this.done.at(-1)
    if (change === undefined) throw new LabError('UNDO_NONE')
    const done = await this.carryOut(change, 'undo')
    this.done.pop()
    this.undone.push(change)
    this.watcher.ended(done)
    return done
  }

  /** Throws `REDO_NONE`, `DESIGN_BUSY`. */
  async redo(): Promise<ChangeDone> {
    const change = this.undone.at(-1)
    if (change === undefined) throw new LabError('REDO_NONE')
    const done = await this.carryOut(change, 'redo')
    this.undone.pop()
    this.done.push(change)
    this.watcher.ended(done)
    return done
  }

  private async carryOut(change: DesignChange, way: ChangeWay): Promise<ChangeDone> {
    if (this.underWay !== null) throw new LabError('DESIGN_BUSY', { change: this.underWay.text })
    const { label } = change
    this.underWay = label
    this.watcher.began(label, way)
    try {
      await (way === 'undo' ? change.revert() : change.apply())
    } catch (error) {
      this.underWay = null
      this.watcher.ended(null)
      throw error
    }
    this.underWay = null
    return { label, way }
  }
}
