import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDifference, npmCommand } from '../../../../electron/setup/packages.mjs'

const vue = { version: '3.5.0', integrity: 'sha512-a' }

describe('lockDifference', () => {
  it('finds none where all that is wanted is there', () => {
    const wanted = { packages: { '': { name: 'hoplab' }, 'node_modules/vue': vue } }
    expect(lockDifference(wanted, { packages: { 'node_modules/vue': vue } })).toBeNull()
  })

  it('lets packages for other systems be absent', () => {
    const wanted = { packages: { 'node_modules/vue': vue, 'node_modules/for-windows': { optional: true } } }
    expect(lockDifference(wanted, { packages: { 'node_modules/vue': vue } })).toBeNull()
  })

  it('names what is missing, another version, or no longer wanted', () => {
    const wanted = { packages: { 'node_modules/vue': vue } }
    expect(lockDifference(wanted, { packages: {} })).toBe('node_modules/vue is missing')
    const older = { packages: { 'node_modules/vue': { ...vue, version: '3.4.0' } } }
    expect(lockDifference(wanted, older)).toBe('node_modules/vue is another version')
    const tampered = { packages: { 'node_modules/vue': { ...vue, integrity: 'sha512-b' } } }
    expect(lockDifference(wanted, tampered)).toBe('node_modules/vue is another version')
    const more = { packages: { 'node_modules/vue': vue, 'node_modules/old': vue } }
    expect(lockDifference(wanted, more)).toBe('node_modules/old is not wanted any more')
  })
})

describe('npmCommand', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hoplab-npm-'))
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  it('uses the npm that runs us, with its own Node and without a shell', () => {
    const script = join(folder, 'npm-cli.js')
    writeFileSync(script, '')
    const env = { npm_execpath: script, npm_node_execpath: process.execPath }
    expect(npmCommand(['ci'], env)).toEqual({ command: process.execPath, args: [script, 'ci'], shell: false })
  })

  it.runIf(process.platform !== 'win32')('else uses the npm in PATH: run by hand, by another tool, or gone', () => {
    const byPath = { command: 'npm', args: ['ci'], shell: false }
    expect(npmCommand(['ci'], {})).toEqual(byPath)
    const gone = { npm_execpath: join(folder, 'npm-cli.js'), npm_node_execpath: process.execPath }
    expect(npmCommand(['ci'], gone)).toEqual(byPath)
    const other = { npm_execpath: process.execPath, npm_node_execpath: process.execPath }
    expect(npmCommand(['ci'], other)).toEqual(byPath)
  })
})
