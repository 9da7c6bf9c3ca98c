import { describe, expect, it } from 'vitest'
import { StatusReader } from '../../../../services/engine/supervisor/status-reports.ts'

function readAll(chunks: readonly string[]): { text: string; requests: (number | null)[] } {
  const reader = new StatusReader()
  const requests: (number | null)[] = []
  const text = chunks.map((chunk) => reader.read(chunk, (report) => requests.push(report.requests))).join('')
  return { text, requests }
}

const REPORT = '\u001b]7770;requests=42\u0007'

describe('StatusReader', () => {
  it('takes reports out and leaves colours alone', () => {
    expect(readAll([`a \u001b[32mgreen\u001b[0m${REPORT} b\n`])).toEqual({
      text: 'a \u001b[32mgreen\u001b[0m b\n',
      requests: [42],
    })
  })

  it('joins a report that was cut anywhere', () => {
    const whole = `one${REPORT}two`
    for (let cut = 1; cut < whole.length; cut += 1) {
      expect(readAll([whole.slice(0, cut), whole.slice(cut)])).toEqual({ text: 'onetwo', requests: [42] })
    }
  })

  it('hears that a program listens', () => {
    const ready: boolean[] = []
    new StatusReader().read(`${REPORT}\u001b]7770;ready=1\u0007`, (report) => ready.push(report.ready))
    expect(ready).toEqual([false, true])
  })

  it('gives up on a start that never ends', () => {
    const { text, requests } = readAll(['\u001b]7770;' + 'x'.repeat(400), 'more'])
    expect(text).toContain('more')
    expect(requests).toEqual([])
  })
})
