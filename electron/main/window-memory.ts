import { app } from 'electron'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseWindowMemory, type WindowMemory } from './window-bounds.ts'

/** The last window's place, in the app's own data folder. Losing it costs nothing, so failures are not reported. */
export function readWindowMemory(): WindowMemory | null {
  try {
    return parseWindowMemory(JSON.parse(readFileSync(memoryFile(), 'utf8')))
  } catch {
    return null
  }
}

export function writeWindowMemory(memory: WindowMemory): void {
  try {
    writeFileSync(`${memoryFile()}.draft`, JSON.stringify(memory))
    renameSync(`${memoryFile()}.draft`, memoryFile())
  } catch {
    return
  }
}

function memoryFile(): string {
  return join(app.getPath('userData'), 'window.json')
}
