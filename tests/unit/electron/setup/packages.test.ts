import { describe, expect, it } from 'vitest'
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
  it('uses the npm that runs us, without a shell', () => {
    const script = new URL('fixtures/npm-cli.js', import.meta.url).pathname
    expect(npmCommand(['ci'], { npm_execpath: script, npm_node_execpath: process.execPath }).command).toBe('npm')
    const env = { npm_execpath: `${import.meta.dirname}/npm-cli.js`, npm_node_execpath: process.execPath }
    expect(npmCommand(['ci'], env)).toEqual({ command: 'npm', args: ['ci'], shell: false })
  })
})
