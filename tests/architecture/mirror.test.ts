import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../electron/setup/project.mjs'
import { projectFiles } from './files.ts'

/** Who reads `tests/unit/protocols/dns/zone.test.ts` knows that it tests `services/protocols/dns/zone.ts`. */

const ENDINGS = ['.ts', '.mjs', '.vue', '.js', '.css', '']

/** What a unit test may mirror: `services/` is left out of its path, and `renderer/` stands for `renderer/src/`. */
function possibleSources(test: string): string[] {
  // What concerns a whole folder has the folder's name: `locales/locales.test.ts`.
  const subject = test.replace(/^tests\/unit\/|\.test\.ts$/g, '').replace(/(^|\/)([^/]+)\/\2$/, '$1$2')
  const places = [
    `services/${subject}`,
    subject,
    `resources/${subject}`,
    subject.replace(/^renderer\//, 'renderer/src/'),
  ]
  return places.flatMap((place) => ENDINGS.map((ending) => place + ending))
}

describe('unit tests', () => {
  it('mirror the source: each stands where the file that it tests stands', () => {
    const tests = projectFiles('tests/unit').filter((file) => file.endsWith('.test.ts'))
    expect(tests.length).toBeGreaterThan(0)
    const astray = tests.filter((test) => !possibleSources(test).some((source) => existsSync(join(ROOT, source))))
    expect(astray).toEqual([])
  })
})
