import { inject, type InjectionKey } from 'vue'
import type { LabClient } from './client.ts'

/** Where components that move bytes past the stores (terminals) get the client from. */
export const labClientKey: InjectionKey<LabClient> = Symbol('lab client')

/** The client of this window; it is provided before anything is mounted. */
export function useLabClient(): LabClient {
  const client = inject(labClientKey)
  if (!client) throw new Error('No lab client was provided: see src/main.ts')
  return client
}
