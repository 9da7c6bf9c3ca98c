import { describe, expect, it } from 'vitest'
import { currentPlatform } from '../../../../services/engine/platform/current-platform.ts'
import { darwin } from '../../../../services/engine/platform/darwin.ts'
import { linux } from '../../../../services/engine/platform/linux.ts'
import { win32 } from '../../../../services/engine/platform/win32.ts'

describe('the choice of the platform', () => {
  it('goes by the system', () => {
    const own = { darwin, win32 }[process.platform as string] ?? linux
    expect(currentPlatform()).toBe(own)
  })

  it('says which addresses can be listened on', () => {
    expect([linux, darwin, win32].map(({ addressPlan }) => addressPlan)).toEqual([
      'loopback-range',
      'single-address',
      'loopback-range',
    ])
  })
})

describe('macOS', () => {
  it('keeps its folders in the library', () => {
    const env = { HOME: '/Users/ada' }
    expect(darwin.stateFolder(env)).toBe('/Users/ada/Library/Application Support/Hoplab')
    expect(darwin.workspacesFolder(env)).toBe('/Users/ada/Library/Application Support/Hoplab/Workspaces')
  })
})

describe('Windows', () => {
  it('says why it cannot freeze', () => {
    expect(win32.capabilities.freeze).toEqual({ supported: false, reason: expect.stringContaining('Windows') })
    expect(win32.capabilities.resume.supported).toBe(false)
  })

  it('keeps its folders in the local application data', () => {
    const env = { LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local' }
    for (const folder of [win32.stateFolder(env), win32.workspacesFolder(env)])
      expect(folder).toMatch(/^C:\\Users\\ada\\AppData\\Local[\\/]Hoplab[\\/]/)
    expect(win32.stateFolder(env)).not.toBe(win32.workspacesFolder(env))
  })

  it('names a pipe for the control endpoint', () => {
    expect(win32.controlEndpoint('run-1', 'C:\\anywhere')).toBe('\\\\.\\pipe\\hoplab-run-1')
  })
})
