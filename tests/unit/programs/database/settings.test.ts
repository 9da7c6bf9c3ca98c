import { describe, expect, it } from 'vitest'
import { OPTIONS, readSettings } from '../../../../services/programs/database/settings.ts'
import { ProgramError, type ProgramOptions } from '../../../../services/programs/kit/program.ts'

function options(values: Readonly<Record<string, string>>): ProgramOptions {
  const given: Readonly<Record<string, string>> = { listen: '127.0.0.1:8090', file: '/data/foobar.sqlite', ...values }
  const text = (name: string): string => given[name] ?? OPTIONS[name]?.default ?? ''
  return { text, optional: text, list: () => [], flag: () => false }
}

describe('the settings', () => {
  it('have defaults that leave time to think', () => {
    expect(readSettings(options({}))).toEqual({
      address: { host: '127.0.0.1', port: 8090 },
      file: '/data/foobar.sqlite',
      batonTimeoutMs: 15 * 60 * 1000,
      busyTimeoutMs: 5000,
      maxStreams: 128,
      synchronous: 'full',
    })
  })

  it('take fractions of a second', () => {
    expect(readSettings(options({ 'baton-timeout': '0.25' })).batonTimeoutMs).toBe(250)
  })

  it.each([
    ['baton-timeout', 'soon'],
    ['baton-timeout', '-1'],
    ['busy-timeout', '1e3'],
    ['busy-timeout', '99999999'],
    ['max-streams', '0'],
    ['max-streams', '1.5'],
    ['synchronous', 'off'],
    ['listen', '10.0.0.1:80'],
  ])('do not take --%s %s', (name, value) => {
    expect(() => readSettings(options({ [name]: value }))).toThrow(ProgramError)
    expect(() => readSettings(options({ [name]: value }))).toThrow(`--${name}`)
  })
})
