import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { CommandInput, FaultState, RepairReport } from '../../../services/contract/index.ts'
import type { FaultPlace } from '../model/fault-choices.ts'
import { useLabStore } from './lab.ts'

/** What is broken on purpose, and the dialog in which more is. */
export const useFaultsStore = defineStore('faults', () => {
  const lab = useLabStore()
  const dialogOpen = ref(false)
  /** Where the dialog begins; null: the first place. */
  const place = shallowRef<FaultPlace | null>(null)

  const faults = computed<readonly FaultState[]>(() => lab.state.faults)
  const lastRepair = computed<RepairReport | null>(() => lab.state.lastRepair)
  const repairing = computed(() => lab.busy.has('clear-faults'))
  const setting = computed(() => lab.busy.has('add-fault'))

  function openAt(where: FaultPlace | null): void {
    place.value = where
    dialogOpen.value = true
  }

  /** Null when it could not be set; a notice says why. */
  function add(order: CommandInput<'addFault'>): Promise<FaultState | null> {
    return lab.perform('add-fault', 'addFault', order)
  }

  function clear(id: number): Promise<null> {
    return lab.perform(`clear-fault:${id}`, 'clearFault', { id })
  }

  function clearAll(): Promise<RepairReport | null> {
    return lab.perform('clear-faults', 'clearAllFaults', {})
  }

  function isClearing(id: number): boolean {
    return repairing.value || lab.busy.has(`clear-fault:${id}`)
  }

  return { dialogOpen, place, faults, lastRepair, repairing, setting, openAt, add, clear, clearAll, isClearing }
})
