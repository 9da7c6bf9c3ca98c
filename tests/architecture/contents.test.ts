import { describe, expect, it } from 'vitest'
import { findLines, isText, projectFiles, readProjectFile } from './files.ts'

/** What no file of the project may hold. */

const texts = projectFiles().filter(isText)

/** Put together here, so that this file is not found by itself. */
const anyOf = (...words: readonly string[]): RegExp => new RegExp(words.join('|'))

describe('the files of the project', () => {
  it('are read at all', () => {
    expect(texts).toContain('package.json')
    expect(texts.length).toBeGreaterThan(100)
  })

  it('name no folder of one machine', () => {
    const homes = anyOf('(^|[^\\w.-])/wor' + 'k/', '(^|[^\\w.-])/roo' + 't/')
    expect(findLines(texts, homes)).toEqual([])
  })

  it('name no host of a package registry, so that each person uses their own', () => {
    const lock = readProjectFile('package-lock.json')
    expect(lock).not.toContain('"resolved": "http')
    expect(findLines(texts, anyOf('https?://[\\w.-]*regis' + 'try[\\w.-]*\\.', 'npmj' + 's\\.org'))).toEqual([])
  })
})

describe('listening', () => {
  const code = projectFiles().filter((file) => /^(electron|services)\/.*\.(ts|mjs)$/.test(file))

  it('happens on loopback only: no code names all addresses', () => {
    const allAddresses = anyOf('[\'"`/]0\\.0\\.0\\.0[\'"`:]', '(host|address|listen)\\W.*[\'"`](::|\\[::\\])[\'"`:]')
    expect(findLines(code, allAddresses)).toEqual([])
  })

  it('names its address: a listener without one would be open to the network', () => {
    const calls = code.flatMap((file) =>
      [...readProjectFile(file).matchAll(/\.listen\(([^)]{1,200})/g)].map((match) => `${file}: ${match[1] ?? ''}`),
    )
    expect(calls.length).toBeGreaterThan(0)
    expect(calls.filter((call) => !/host|path|address|socket|127\./i.test(call))).toEqual([])
  })
})

describe('what tests share', () => {
  const shared = projectFiles().filter((file) => /^tests\/(unit|integration)\/.*(?<!\.test)\.ts$/.test(file))

  it('adds no hooks when it is loaded: test files share modules, so only the first file would have them', () => {
    expect(shared).toContain('tests/integration/programs/load-balancer-owned.ts')
    expect(findLines(shared, /^(before|after)(Each|All)\(/)).toEqual([])
  })
})
