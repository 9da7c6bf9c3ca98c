import { afterEach, describe, expect, it } from 'vitest'
import { startProgram } from '../../programs.ts'
import { ask, handler, makeCodebase, type Codebase } from './web-stack.ts'

const APP = { host: '127.20.4.32', port: 24093 }

const codebases: Codebase[] = []
afterEach(() => codebases.splice(0).forEach((codebase) => codebase.remove()))

function codebaseWith(files: Readonly<Record<string, string>>): Codebase {
  const codebase = makeCodebase(files)
  codebases.push(codebase)
  return codebase
}

function appArgs(dir: string): string[] {
  return ['--name', 'app-1', '--codebase', dir, '--listen', `${APP.host}:${APP.port}`]
}

describe('a release that does not load', () => {
  const GOOD = handler("return new Response('ok')")
  const cases: [name: string, files: Record<string, string>, file: string, line: number, said: RegExp][] = [
    ['a syntax error', { 'app/index.js': `\n\nexport default {{\n` }, 'app/index.js', 3, /SyntaxError: /],
    [
      'a syntax error in an imported file',
      { 'app/index.js': `import './lib/deep.js'\n${GOOD}`, 'app/lib/deep.js': '// one\n// two\nconst a = = 1\n' },
      'app/lib/deep.js',
      3,
      /SyntaxError: Unexpected token '='/,
    ],
    [
      'a missing file',
      {
        'app/index.js': `// first\nimport { a } from './pages.js'\nimport { b } from './nowhere.js'\n${GOOD}`,
        'app/pages.js': 'export const a = 1',
      },
      'app/index.js',
      3,
      /Cannot find module .*nowhere\.js/,
    ],
    [
      'a missing package, in an imported file',
      {
        'app/index.js': `import './pages.js'\n${GOOD}`,
        'app/pages.js': '// says express\n\nimport express from "express"\n',
      },
      'app/pages.js',
      3,
      /Cannot find package 'express'/,
    ],
    [
      'a missing file that is imported later',
      { 'app/index.js': `\nconst page = await import('./later.js')\n${GOOD}` },
      'app/index.js',
      2,
      /Cannot find module .*later\.js/,
    ],
    [
      'a name that is not exported',
      { 'app/index.js': `// x\nimport { nothing } from './pages.js'\n${GOOD}`, 'app/pages.js': 'export const a = 1' },
      'app/index.js',
      2,
      /does not provide an export named 'nothing'/,
    ],
    [
      'an exception while loading',
      { 'app/index.js': `import './pages.js'\n${GOOD}`, 'app/pages.js': '\n\n\nundefinedFunction()\n' },
      'app/pages.js',
      4,
      /ReferenceError: undefinedFunction is not defined/,
    ],
    [
      'a CommonJS file',
      { 'app/index.js': `\nmodule.exports = { fetch() {} }\n` },
      'app/index.js',
      2,
      /ReferenceError: module is not defined/,
    ],
    [
      'broken JSON',
      {
        'app/index.js': `import data from './data.json' with { type: 'json' }\n${GOOD}`,
        'app/data.json': '{\n  "a": 1,,\n}',
      },
      'app/data.json',
      2,
      /JSON/,
    ],
    [
      'text that is parsed while loading',
      { 'app/index.js': `\nconst settings = JSON.parse('{x')\n${GOOD}` },
      'app/index.js',
      2,
      /SyntaxError: .*JSON/,
    ],
    [
      'no default export',
      { 'app/index.js': 'export const fetch = () => new Response()' },
      'app/index.js',
      1,
      /no default export/,
    ],
    [
      'another default export',
      { 'app/index.js': 'export default 42' },
      'app/index.js',
      1,
      /the default export is a number/,
    ],
    [
      'no function fetch',
      { 'app/index.js': 'export default { fetch: 1 }' },
      'app/index.js',
      1,
      /without a function named fetch/,
    ],
    ['something thrown that is no error', { 'app/index.js': "throw 'boom'" }, 'app/index.js', 1, /"boom" was thrown/],
  ]

  it.each(cases)('%s: exit code 78 with file and line', async (_, files, file, line, said) => {
    const codebase = codebaseWith(files)
    const program = startProgram('app-server', ['--codebase', codebase.dir, '--check'])
    expect((await program.exit).code).toBe(78)
    const message = program.output().trim().split('\n').at(-1) ?? ''
    expect(message).toContain(`app-server: ${codebase.path(file)}:${line}: `)
    expect(message).toMatch(said)
    expect(program.output()).not.toContain(' ready ')
  })

  it('without any application says which file is missing', async () => {
    const codebase = codebaseWith({ 'public/x.txt': '' })
    const program = startProgram('app-server', appArgs(codebase.dir))
    expect((await program.exit).code).toBe(78)
    expect(program.output()).toContain(`there is no file ${codebase.path('app/index.js')}`)
  })

  it('never listens', async () => {
    const codebase = codebaseWith({ 'app/index.js': 'export default {{' })
    const program = startProgram('app-server', appArgs(codebase.dir))
    expect((await program.exit).code).toBe(78)
    await expect(ask(APP, '/')).rejects.toThrow('ECONNREFUSED')
  })

  it('waits for something that never comes: said after 10 s', async () => {
    const codebase = codebaseWith({ 'app/index.js': `await new Promise(() => {})\n${GOOD}` })
    const program = startProgram('app-server', ['--codebase', codebase.dir, '--check'])
    expect((await program.exit).code).toBe(78)
    expect(program.output()).toContain('it was not loaded after 10 s')
  })
})

describe('--check', () => {
  it('loads, says so and ends with 0, whatever the application started by itself', async () => {
    const codebase = codebaseWith({
      'app/index.js': `setInterval(() => {}, 1000)\n${handler("return new Response('ok')")}`,
      // Somebody's package.json further up must not make CommonJS of an ES module.
      'package.json': '{ "type": "commonjs" }',
    })
    const program = startProgram('app-server', ['--codebase', codebase.dir, '--release', 'v1', '--check'])
    expect((await program.exit).code).toBe(0)
    expect(program.output()).toMatch(/release v1 +loaded .*app\/index\.js/)
    expect(program.output()).not.toMatch(/warning/i)
  })

  it('names the releases that there are', async () => {
    const codebase = codebaseWith({ 'app/index.js': '' })
    const program = startProgram('app-server', ['--codebase', codebase.dir, '--release', 'v7', '--check'])
    expect((await program.exit).code).toBe(78)
    expect(program.output()).toContain('there is no release "v7"')
    expect(program.output()).toContain('Known ones: v1.')
  })
})
