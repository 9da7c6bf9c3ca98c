import type { EdnsOption, Message } from './message.ts'

/**
 * What the lab's own programs tell each other beside a DNS message, in an EDNS option for local use (RFC 6891 section 9:
 * 65001 to 65534): `key=value` pairs in ASCII, separated by `;`. Everybody else ignores it (section 6.1.2).
 */
export const LAB_OPTION_CODE = 65_001

export interface LabNote {
  /** In queries: the trace that the question belongs to (the trace id of W3C Trace Context). A resolver passes it on. */
  readonly traceId?: string
  /** In queries: how long the asker waits for the answer, where that is unusually long. */
  readonly waitMs?: number
  /** In answers to traced queries: how long the resolver has had the answer in its cache, in seconds. */
  readonly ageSeconds?: number
}

const TRACE_ID = /^[0-9a-f]{32}$/
const COUNT = /^\d{1,9}$/

export function labOption(note: LabNote): EdnsOption {
  const pairs = [
    ...(note.traceId === undefined ? [] : [`trace=${note.traceId}`]),
    ...(note.waitMs === undefined ? [] : [`wait=${Math.round(note.waitMs)}`]),
    ...(note.ageSeconds === undefined ? [] : [`age=${Math.floor(note.ageSeconds)}`]),
  ]
  return { code: LAB_OPTION_CODE, data: Buffer.from(pairs.join(';'), 'latin1') }
}

/** What a message says; nothing where it has no such option, or one that is not understood. */
export function readLabNote(message: Pick<Message, 'edns'>): LabNote {
  const option = message.edns?.options?.find(({ code }) => code === LAB_OPTION_CODE)
  if (option === undefined) return {}
  const pairs = new Map(labOptionText(option.data).split(';').map(splitPair))
  const traceId = pairs.get('trace') ?? ''
  const waitMs = pairs.get('wait') ?? ''
  const ageSeconds = pairs.get('age') ?? ''
  return {
    ...(TRACE_ID.test(traceId) ? { traceId } : {}),
    ...(COUNT.test(waitMs) ? { waitMs: Number(waitMs) } : {}),
    ...(COUNT.test(ageSeconds) ? { ageSeconds: Number(ageSeconds) } : {}),
  }
}

/** The option as it stands in a packet, for people. */
export function labOptionText(data: Uint8Array): string {
  return Buffer.from(data).toString('latin1')
}

function splitPair(pair: string): readonly [string, string] {
  const at = pair.indexOf('=')
  return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}
