import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../electron/setup/project.mjs'

/** The top level is the list that was agreed on, so that the project explains itself at first sight. */

const FOLDERS_AND_FILES = [
  'README.md',
  'electron',
  'electron.vite.config.ts',
  'package-lock.json',
  'package.json',
  'renderer',
  'resources',
  'services',
  'tests',
  'tsconfig.json',
]

/** Put there by npm, by the build and by whoever packs the app; git ignores them. */
const NOT_IN_GIT = ['node_modules', 'out', 'dist']

describe('the top level', () => {
  it('holds the agreed names and nothing more', () => {
    const names = readdirSync(ROOT).filter((name) => !name.startsWith('.') && !NOT_IN_GIT.includes(name))
    expect(names.sort()).toEqual([...FOLDERS_AND_FILES].sort())
  })
})
