import { readFigures, type ProgramFigures } from '../../protocols/faults/program-faults.ts'
import { parseCapacityReport, type CapacityReport } from '../../protocols/capacity/report.ts'

/**
 * Takes the programs' own figures out of their terminal stream (an OSC sequence, see services/programs/kit/log.ts) and
 * leaves everything else as it is. A sequence may be cut in two by the pseudo-terminal's chunks.
 */

const REPORT_START = '\u001b]7770;'
const REPORT_END = '\u0007'
/** A start without an end is no report of ours. */
const LONGEST_REPORT = 256

export interface StatusReport {
  readonly requests: number | null
  readonly refused: RefusedCall | null
  /** What its faults did; see services/protocols/faults. */
  readonly faults: ProgramFigures | null
  /** It has said that it listens. */
  readonly ready: boolean
  /** How its workers do; application servers only. */
  readonly capacity: CapacityReport | null
}

/** A connection that the program tried to open and that was refused. */
export interface RefusedCall {
  readonly address: string
  readonly port: number
  /** Microseconds since the epoch. */
  readonly atUs: number
}

export class StatusReader {
  private carried = ''

  /** Returns the text without reports; `onReport` gets each of them. */
  read(chunk: string, onReport: (report: StatusReport) => void): string {
    if (this.carried === '' && !chunk.includes('\u001b')) return chunk
    let rest = this.carried + chunk
    this.carried = ''
    let text = ''
    for (;;) {
      const start = rest.indexOf(REPORT_START)
      if (start < 0) break
      const end = rest.indexOf(REPORT_END, start)
      if (end < 0 && rest.length - start < LONGEST_REPORT) {
        this.carried = rest.slice(start)
        return text + rest.slice(0, start)
      }
      if (end < 0 || end - start > LONGEST_REPORT) {
        text += rest.slice(0, start + REPORT_START.length)
        rest = rest.slice(start + REPORT_START.length)
        continue
      }
      onReport(parseReport(rest.slice(start + REPORT_START.length, end)))
      text += rest.slice(0, start)
      rest = rest.slice(end + 1)
    }
    const partial = partialStart(rest)
    this.carried = rest.slice(rest.length - partial)
    return text + rest.slice(0, rest.length - partial)
  }
}

/** How many characters at the end of `text` could be the beginning of a report. */
function partialStart(text: string): number {
  for (let length = Math.min(REPORT_START.length - 1, text.length); length > 0; length -= 1) {
    if (REPORT_START.startsWith(text.slice(text.length - length))) return length
  }
  return 0
}

function parseReport(text: string): StatusReport {
  const requests = /(?:^|;)requests=(\d{1,15})(?:;|$)/.exec(text)?.[1]
  const [, address, port, at] = /(?:^|;)refused=([\d.]{7,15}):(\d{1,5});at=(\d{1,17})(?:;|$)/.exec(text) ?? []
  const refused = address === undefined ? null : { address, port: Number(port), atUs: Number(at) }
  const ready = /(?:^|;)ready=1(?:;|$)/.test(text)
  return {
    requests: requests === undefined ? null : Number(requests),
    refused,
    ready,
    faults: readFigures(text),
    capacity: parseCapacityReport(text),
  }
}
