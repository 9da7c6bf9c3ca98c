import { unwatchFile, watch, watchFile, type FSWatcher } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

/** Editors write a file in several steps; it is looked at when this long nothing more happened. */
const SETTLE_MS = 100
/** How often files are looked at where the system has no more watches to give. */
const POLL_MS = 1000

export interface FileWatch {
  stop(): void
}

/**
 * Calls `changed` after the file may have changed. The folder is watched, not the file: many editors write a new file
 * and put it in the old one's place, and a watch on the old one would hear nothing any more.
 */
export function watchZoneFile(file: string, changed: () => void): FileWatch {
  let timer: NodeJS.Timeout | null = null
  const touched = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
  }
  const source = watchFolder(file, touched)
  return {
    stop: () => {
      if (timer !== null) clearTimeout(timer)
      source.stop()
    },
  }
}

function watchFolder(file: string, touched: () => void): FileWatch {
  let poll: FileWatch | null = null
  const fallBack = (): void => {
    poll ??= pollFile(file, touched)
  }
  let watcher: FSWatcher | null = null
  try {
    watcher = watch(dirname(resolve(file)), (_event, name) => {
      if (name === null || name === basename(file)) touched()
    })
    watcher.on('error', fallBack)
  } catch {
    fallBack()
  }
  return {
    stop: () => {
      watcher?.close()
      poll?.stop()
    },
  }
}

function pollFile(file: string, touched: () => void): FileWatch {
  watchFile(file, { interval: POLL_MS }, touched)
  return { stop: () => unwatchFile(file, touched) }
}
