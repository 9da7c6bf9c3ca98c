import { describe, expect, it } from 'vitest'
import { SourcePorts } from '../../../../services/programs/nic/source-ports.ts'

describe("trying the sender's own port", () => {
  it('is given up for longer and longer when it fails, per sender and port', () => {
    const ports = new SourcePorts()
    const triesOf = (count: number): number =>
      Array.from({ length: count }, () => {
        const tries = ports.shouldTry('127.10.0.10', 1)
        if (tries) ports.failed('127.10.0.10', 1)
        return tries
      }).filter(Boolean).length
    expect(triesOf(1000)).toBe(9)
    expect(triesOf(10_000)).toBeLessThan(12)
    expect(ports.shouldTry('127.10.0.10', 2)).toBe(true)
    expect(ports.shouldTry('127.10.0.11', 1)).toBe(true)
  })

  it('goes on when it works again', () => {
    const ports = new SourcePorts()
    ports.failed('127.10.0.10', 1)
    expect(ports.shouldTry('127.10.0.10', 1)).toBe(false)
    expect(ports.shouldTry('127.10.0.10', 1)).toBe(true)
    ports.worked('127.10.0.10', 1)
    expect(ports.shouldTry('127.10.0.10', 1)).toBe(true)
    expect(ports.shouldTry('127.10.0.10', 1)).toBe(true)
  })
})
