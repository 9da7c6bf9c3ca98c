import { it } from 'vitest'
import { findProgram } from '../electron/setup/find-program.ts'

/** Programs of the system that some tests measure against: dig, haproxy, tshark ... They come by `npm test`. */

/** The path of a tool, or null where it is not installed. */
export function findTool(name: string): string | null {
  return findProgram(name)
}

/** A test that needs tools of the system. Where one is missing it is reported as skipped, with the reason; under CI it fails. */
export function itWith(tools: readonly string[], name: string, test: () => Promise<void>, limitMs?: number): void {
  const missing = tools.filter((tool) => findTool(tool) === null)
  if (missing.length === 0) return it(name, test, limitMs)
  const reason = `not installed: ${missing.join(', ')}`
  if (process.env['CI']) {
    return it(name, () => {
      throw new Error(`CI must not skip a test: ${reason}`)
    })
  }
  it.skip(`${name} [skipped, ${reason}]`, test)
}
