import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runInGroup } from '../../../runner/process-group.ts'

const node = (code: string): string[] => [process.execPath, '-e', code]

/** A process that was ended may stay a while as an entry without a command line, until it is collected. */
function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}

describe('runInGroup', () => {
  it('gives the output and the end of a command', async () => {
    let output = ''
    const end = await runInGroup(node('console.log("out"); console.error("err"); process.exit(3)'), {
      limitMs: 20_000,
      onOutput: (text) => (output += text),
    })
    expect(end).toEqual({ ok: false, why: 'ended with code 3', leftovers: [] })
    expect(output).toContain('out\n')
    expect(output).toContain('err\n')
  })

  it('is ok only with exit code 0', async () => {
    expect(await runInGroup(node(''), { limitMs: 20_000 })).toEqual({ ok: true, why: '', leftovers: [] })
    const missing = await runInGroup(['/nowhere/at/all'], { limitMs: 20_000, onOutput: () => undefined })
    expect(missing.ok).toBe(false)
    expect(missing.why).toContain('could not be started')
  })

  it('ends a command whose time is over', async () => {
    const end = await runInGroup(node('setInterval(() => {}, 1000)'), { limitMs: 300 })
    expect(end.ok).toBe(false)
    expect(end.why).toBe('not done after 0.3 s')
  })

  it('names and ends a process that was left behind in a session of its own', async () => {
    const leave = `
      const child = require('node:child_process').spawn(
        process.execPath, ['-e', 'setInterval(() => {}, 1000) // left-behind'], { detached: true, stdio: 'ignore' })
      child.unref()
      console.log('pid', child.pid)`
    let output = ''
    const end = await runInGroup(node(leave), { limitMs: 20_000, onOutput: (text) => (output += text) })
    const pid = Number(/pid (\d+)/.exec(output)?.[1])
    expect(end.ok).toBe(true)
    expect(end.leftovers).toHaveLength(1)
    expect(end.leftovers[0]).toContain('left-behind')
    await expect.poll(() => isAlive(pid)).toBe(false)
  }, 20_000)
})
