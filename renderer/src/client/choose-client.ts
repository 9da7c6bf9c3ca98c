import type { LabClient } from './client.ts'
import { createLiveClient } from './live-client.ts'
import { hasShell } from './port.ts'

export interface ChosenClient {
  readonly client: LabClient
  /** No processes run behind it: the window must say so. */
  readonly demonstration: boolean
}

/**
 * The engine's client inside the app. Outside of it (a plain browser) there is no engine: the fake lab plays only when
 * the address asks for it with `?fake`, else null.
 */
export async function chooseClient(): Promise<ChosenClient | null> {
  if (hasShell()) return { client: createLiveClient(), demonstration: false }
  if (!new URLSearchParams(location.search).has('fake')) return null
  const { createFakeClient } = await import('./fake/fake-client.ts')
  return { client: createFakeClient(), demonstration: true }
}
