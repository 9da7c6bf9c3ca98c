import { LabError } from '../../../../services/contract/errors.ts'
import type { CommandInput, CommandOutputs, SAVING_INPUTS, SnapshotInfo } from '../../../../services/contract/index.ts'
import type { FakeLab } from './fake-lab.ts'

type SavingHandlers = {
  readonly [Name in keyof typeof SAVING_INPUTS]: (input: CommandInput<Name>) => Promise<CommandOutputs[Name]>
}

/** Plays snapshots that hold nothing, and a lab file that nobody can open. */
export function savingHandlers(lab: FakeLab): SavingHandlers {
  const tell = (
    snapshots: readonly SnapshotInfo[],
    done: { readonly kind: 'take' | 'restore' | 'delete'; readonly name: string },
  ): void => lab.emit({ type: 'savingChanged', snapshots, saving: null, done })

  function require(name: string): void {
    const known = lab.state.snapshots.map((one) => one.name)
    if (!known.includes(name)) throw new LabError('SNAPSHOT_UNKNOWN', { name, known: known.join(', ') || '-' })
  }

  return {
    async takeSnapshot({ name = `at-${lab.state.snapshots.length + 1}` }) {
      if (lab.state.snapshots.some((one) => one.name === name)) throw new LabError('SNAPSHOT_EXISTS', { name })
      const hosts = lab.state.hosts.flatMap(({ id, release }) => (release === null ? [] : [{ host: id, release }]))
      const databases = [{ host: 'database-1', file: 'foobar.sqlite' }]
      const snapshot = { name, takenAtMs: Date.now(), bytes: 81_920, hosts, databases }
      tell([snapshot, ...lab.state.snapshots], { kind: 'take', name })
      return snapshot
    },
    async restoreSnapshot({ name }) {
      require(name)
      tell(lab.state.snapshots, { kind: 'restore', name })
      return { name, before: `before-${name}` }
    },
    async deleteSnapshot({ name }) {
      require(name)
      tell(
        lab.state.snapshots.filter((one) => one.name !== name),
        { kind: 'delete', name },
      )
      return null
    },
    packLab: async () => ({ name: 'lab.hoplab', bytes: 4, base64: btoa('lab!') }),
    openLabFile: async ({ name }) => {
      throw new LabError('LAB_FILE_INVALID', { file: name, detail: 'nothing is real in this play' })
    },
  }
}
