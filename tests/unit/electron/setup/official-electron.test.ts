import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { electronPlace, type ElectronPlace } from '../../../../electron/setup/electron-files.ts'
import { installOfficial, reasonOf } from '../../../../electron/setup/official-electron.ts'

let folder: string
let place: ElectronPlace

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoplab-official-'))
  place = electronPlace(folder, 'linux')
  mkdirSync(place.packageFolder, { recursive: true })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a download script of our own in place of the package's. */
async function install(code: string, silenceLimitMs = 20_000): ReturnType<typeof installOfficial> {
  const script = join(folder, 'install.cjs')
  writeFileSync(script, `const fs = require('node:fs'), path = require('node:path'), os = require('node:os');\n${code}`)
  return installOfficial(place, { note: () => undefined, silenceLimitMs, script })
}

describe('installOfficial', () => {
  it('tells that the download worked', async () => {
    expect(await install('')).toEqual({ installed: true })
  })

  it('tells why it did not', async () => {
    const result = await install(
      'throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND host") })',
    )
    expect(result.installed).toBe(false)
    expect(result.installed ? '' : result.why).toContain('getaddrinfo ENOTFOUND host')
  })

  it('gives up when nothing arrives any more', async () => {
    const result = await install('setInterval(() => {}, 1000)', 600)
    expect(result).toEqual({ installed: false, why: 'nothing arrived for 0.6 s' })
  })

  it('waits for a slow line, as long as bytes come', async () => {
    const slow = `
      const file = path.join(os.tmpdir(), 'electron.zip');
      let left = 8;
      const timer = setInterval(() => {
        fs.appendFileSync(file, 'x'.repeat(1000));
        if (--left === 0) clearInterval(timer);
      }, 250);`
    expect(await install(slow, 1_200)).toEqual({ installed: true })
  })

  it('does not touch the cache that an earlier fallback linked to, and cleans up what it downloaded', async () => {
    const cache = join(folder, 'cache')
    mkdirSync(cache)
    symlinkSync(cache, place.dist)
    const record = join(folder, 'temporary')
    await install(`
      fs.writeFileSync(${JSON.stringify(record)}, os.tmpdir());
      fs.writeFileSync(path.join(os.tmpdir(), 'electron.zip'), 'x');
      fs.mkdirSync(${JSON.stringify(place.dist)}); fs.writeFileSync(${JSON.stringify(join(place.dist, 'new'))}, '')`)
    expect(readdirSync(cache)).toEqual([])
    expect(existsSync(join(place.dist, 'new'))).toBe(true)
  })
})

describe('reasonOf', () => {
  it('takes the first line, and the cause where one is named', () => {
    expect(reasonOf('TypeError: fetch failed\n    at node:internal\n')).toBe('fetch failed')
    expect(reasonOf('TypeError: fetch failed\n  [cause]: Error: getaddrinfo ENOTFOUND x\n')).toBe(
      'fetch failed, getaddrinfo ENOTFOUND x',
    )
    expect(reasonOf('')).toBe('no reason was given')
  })
})
