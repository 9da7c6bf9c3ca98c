import { describe, expect, it } from 'vitest'
import { electronArguments, runElectron, whyNoWindow } from '../../../../electron/setup/launch.ts'

describe('whyNoWindow', () => {
  it('names what works without a display', () => {
    const why = whyNoWindow('linux', {})
    expect(why).toContain('xvfb-run -a npm start')
    expect(why).toContain('npm run lab -- demo')
    expect(whyNoWindow('linux', { DISPLAY: '' })).toBe(why)
  })

  it('finds nothing wrong with a display, or with a system that needs no variable for it', () => {
    expect(whyNoWindow('linux', { DISPLAY: ':0' })).toBeNull()
    expect(whyNoWindow('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBeNull()
    expect(whyNoWindow('win32', {})).toBeNull()
    expect(whyNoWindow('darwin', {})).toBeNull()
  })
})

describe('electronArguments', () => {
  it('gives up the sandbox for root only, and says so', () => {
    expect(electronArguments(0).args).toEqual(['--no-sandbox'])
    expect(electronArguments(0).notice).toContain('--no-sandbox')
    expect(electronArguments(1000)).toEqual({ args: [], notice: null })
    expect(electronArguments(undefined)).toEqual({ args: [], notice: null })
  })
})

describe('runElectron', () => {
  it('passes on how the app ended', async () => {
    expect(await runElectron(process.execPath, ['-e', 'process.exit(7)'])).toBe(7)
    expect(await runElectron(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")'])).toBe(137)
  })

  it('says so when the app can not be started', async () => {
    await expect(runElectron('/nowhere/electron', [])).rejects.toThrow(/could not be started/)
  })
})
