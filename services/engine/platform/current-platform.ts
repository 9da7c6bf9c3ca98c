import { darwin } from './darwin.ts'
import { linux } from './linux.ts'
import type { Platform } from './platform.ts'
import { win32 } from './win32.ts'

/** The one place that asks which system this is. */
export function currentPlatform(): Platform {
  if (process.platform === 'win32') return win32
  return process.platform === 'darwin' ? darwin : linux
}
