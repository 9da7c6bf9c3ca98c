import { stat } from 'node:fs/promises'

/** Whether a file or folder is there, for this user to see. */
export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
