import { join } from 'node:path'
import { foldEvent, type LabState } from '../../contract/index.ts'
import type { LabEngine } from '../index.ts'
import type { Platform } from '../platform/platform.ts'
import { startControlServer } from './control-server.ts'
import { findLabs, removeLabRecord, writeLabRecord } from './lab-records.ts'

export interface ControlOptions {
  readonly stateDir: string
  readonly platform: Pick<Platform, 'startTime' | 'isAlive' | 'controlEndpoint'>
}

export interface Control {
  /** Ends all connections and removes the record and the socket. */
  close(): Promise<void>
}

/** Opens the engine of this process to other programs of the same person, and keeps its record there while a lab stands. */
export async function openControl(engine: LabEngine, options: ControlOptions): Promise<Control> {
  const { stateDir, platform } = options
  const { pid } = process
  const startTime = (await platform.startTime(pid)) ?? ''
  const endpoint = platform.controlEndpoint(String(pid), join(stateDir, 'control'))
  // Looking for labs removes the records of those that were killed.
  await findLabs(stateDir, (other, time) => platform.isAlive(other, time))
  const server = await startControlServer(engine, endpoint)
  let published: string | null = null
  let writing = Promise.resolve()

  function publish(state: LabState): void {
    const { topology, workspace } = state
    const lab = state.phase === 'idle' || topology === null || workspace === null ? null : { topology, workspace }
    const key = JSON.stringify(lab)
    if (key === published) return
    published = key
    const work = lab
      ? (): Promise<void> =>
          writeLabRecord(stateDir, { pid, startTime, endpoint, token: server.token, ...lab, startedAtMs: Date.now() })
      : (): Promise<void> => removeLabRecord(stateDir, pid)
    // One after the other; a record that cannot be written costs the other programs this lab, not the lab itself.
    writing = writing.then(work).catch(() => undefined)
  }

  let state: LabState | null = null
  const connection = engine.connect({
    onEvents: (events) => {
      if (state === null) return
      const { seq } = state
      state = events.filter((event) => event.seq > seq).reduce(foldEvent, state)
      publish(state)
    },
    onTerminalData: () => undefined,
  })
  state = connection.functions.subscribe().state
  publish(state)

  return {
    close: async () => {
      connection.close()
      await server.close()
      await writing
      await removeLabRecord(stateDir, pid)
    },
  }
}
