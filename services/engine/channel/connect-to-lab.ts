import { connect } from 'node:net'
import { LabError } from '../../contract/index.ts'
import { WELCOME } from './handshake.ts'
import { JsonLines } from './json-lines.ts'
import { createLabClient, type LabClient, type LabListener } from './lab-client.ts'
import type { LabRecord } from './lab-records.ts'

/** Answers carry whole pages, snapshots and terminal output. */
const LIMITS = { maxLineChars: 64 * 1024 * 1024, maxUnsentBytes: 16 * 1024 * 1024 }
/** A lab that lives answers at once; one whose process is frozen never does. */
const WELCOME_LIMIT_MS = 3000

export interface ConnectedLab extends LabClient {
  close(): void
}

/** Opens the control socket of a lab that runs in another process. Rejects with `LAB_UNREACHABLE`. */
export async function connectToLab(record: LabRecord, listener: LabListener = {}): Promise<ConnectedLab> {
  const { pid } = record
  const channel = new JsonLines(connect(record.endpoint), LIMITS)
  const welcome = await firstMessage(channel, { token: record.token })
  if (welcome.why !== null) {
    channel.destroy()
    throw new LabError('LAB_UNREACHABLE', { pid, detail: welcome.why })
  }
  const whenClosed = (): LabError => new LabError('LAB_UNREACHABLE', { pid, detail: 'it ended the connection' })
  return { ...createLabClient(channel, listener, whenClosed), close: () => channel.end() }
}

function firstMessage(channel: JsonLines, hello: { readonly token: string }): Promise<{ readonly why: string | null }> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ why: `no word within ${WELCOME_LIMIT_MS / 1000} s` }), WELCOME_LIMIT_MS)
    const settle = (why: string | null): void => {
      clearTimeout(timer)
      resolve({ why })
    }
    channel.onClose(() => settle('its control socket is closed'))
    channel.on((message) => {
      const welcome = WELCOME.safeParse(message)
      settle(welcome.success && welcome.data.welcome ? null : 'it did not take the token')
    })
    channel.post(hello)
  })
}
