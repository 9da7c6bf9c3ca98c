import { defineStore } from 'pinia'
import { ref } from 'vue'

export type Selection =
  | { readonly kind: 'service'; readonly id: string }
  | { readonly kind: 'host'; readonly id: string }
  | { readonly kind: 'client' }

/** A wish to see a service's terminal. `count` makes two wishes for the same service two events. */
export interface TerminalRequest {
  readonly service: string
  /** Whether the keyboard should go there too (double click), or only the tab come forward (single click). */
  readonly focus: boolean
  readonly count: number
}

/** What is selected, and which terminal should come forward because of it. */
export const useSelectionStore = defineStore('selection', () => {
  const selected = ref<Selection | null>(null)
  const terminalRequest = ref<TerminalRequest | null>(null)

  function requestTerminal(service: string, focus: boolean): void {
    terminalRequest.value = { service, focus, count: (terminalRequest.value?.count ?? 0) + 1 }
  }

  /** Selects a service; its terminal comes forward among the terminals, the keyboard stays where it is. */
  function selectService(id: string): void {
    selected.value = { kind: 'service', id }
    requestTerminal(id, false)
  }

  function selectHost(id: string): void {
    selected.value = { kind: 'host', id }
  }

  function selectClient(): void {
    selected.value = { kind: 'client' }
  }

  function clear(): void {
    selected.value = null
  }

  /** Brings the terminal of a service forward and gives it the keyboard. */
  function openTerminal(service: string): void {
    selected.value = { kind: 'service', id: service }
    requestTerminal(service, true)
  }

  return { selected, terminalRequest, selectService, selectHost, selectClient, clear, openTerminal }
})
