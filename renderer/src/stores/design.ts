import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { CommandInput, CommandName } from '../../../services/contract/index.ts'
import { useLabStore } from './lab.ts'

/** The design of the lab: what it is, and the commands that change it, one at a time. */
export const useDesignStore = defineStore('design', () => {
  const lab = useLabStore()
  const state = computed(() => lab.state.design)
  /** A change of the design is on its way, or was just asked for. */
  const changing = computed(() => state.value.work !== null || lab.busy.has('design'))

  function change<Name extends CommandName>(command: Name, input: CommandInput<Name>): Promise<unknown> {
    return lab.perform('design', command, input)
  }

  return {
    state,
    changing,
    addPair: () => change('addServerPair', {}),
    removePair: (host: string) => change('removeServerPair', { host }),
    undo: () => change('undo', {}),
    redo: () => change('redo', {}),
    reset: () => change('resetDesign', {}),
    setAlgorithm: (order: CommandInput<'setAlgorithm'>) => change('setAlgorithm', order),
    setWeight: (order: CommandInput<'setServerWeight'>) => change('setServerWeight', order),
    setBackup: (order: CommandInput<'setServerBackup'>) => change('setServerBackup', order),
    applyPreset: (order: CommandInput<'applyPreset'>) => change('applyPreset', order),
  }
})
