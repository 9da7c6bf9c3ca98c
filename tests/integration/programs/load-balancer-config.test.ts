import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderHaproxyCfg } from '../../../services/protocols/haproxy-cfg/render.ts'
import { startProgram } from '../../programs.ts'
import { findTool, itWith } from '../../tools.ts'
import { BALANCER, WEB } from './load-balancer-lab.ts'

const run = promisify(execFile)

const FILE = renderHaproxyCfg({
  name: 'lb-1',
  bind: { address: BALANCER, port: 28080 },
  stats: { address: BALANCER, port: 29910 },
  balance: 'roundrobin',
  check: { path: '/healthz', intervalMs: 500, rise: 2, fall: 2 },
  source: BALANCER,
  servers: [
    { name: 'web-1', address: WEB[0], port: 28080, weight: 1 },
    { name: 'web-2', address: WEB[1], port: 28080, weight: 1, backup: true },
  ],
})

describe('load-balancer: its file', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoplab-cfg-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function start(text: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
    await writeFile(join(folder, 'haproxy.cfg'), text)
    const program = startProgram('load-balancer', ['--config', 'haproxy.cfg', ...args], { cwd: folder })
    const { code } = await program.exit
    return { code, output: program.output() }
  }

  it('accepts what the lab writes, and exits after --check', async () => {
    expect(await start(FILE, '--check')).toEqual({ code: 0, output: 'haproxy.cfg: the configuration is valid\n' })
  })

  itWith(['haproxy'], 'HAProxy accepts what the lab writes, without a warning', async () => {
    const file = join(folder, 'for-haproxy.cfg')
    await writeFile(file, FILE)
    const { stdout, stderr } = await run(findTool('haproxy') ?? '', ['-c', '-f', file])
    expect(stdout + stderr).toBe('Configuration file is valid\n')
  })

  it('names every mistake with file and line, and exits with 78', async () => {
    const lines = FILE.split('\n')
    const at = (start: string): number => lines.findIndex((line) => line.trim().startsWith(start))
    const balance = at('balance')
    const target = at('default_backend')
    lines[balance] = '    blance roundrobin'
    lines[target] = '    default_backend server'
    const { code, output } = await start(lines.join('\n'))
    expect(code).toBe(78)
    expect(output).toBe(
      `load-balancer: haproxy.cfg:${target + 1}: unknown backend "server". Did you mean "servers"?\n` +
        `haproxy.cfg:${balance + 1}: unknown keyword "blance". Did you mean "balance"?\n`,
    )
  })

  it('listens nowhere but on loopback', async () => {
    const { code, output } = await start(FILE.replace(`bind ${BALANCER}`, 'bind 0.0.0.0'))
    expect(code).toBe(78)
    expect(output).toMatch(/haproxy\.cfg:[0-9]+: 0\.0\.0\.0 is not a loopback address/)
  })

  it('says so when there is no such file', async () => {
    const program = startProgram('load-balancer', ['-f', join(folder, 'missing.cfg'), '-c'])
    expect((await program.exit).code).toBe(78)
    expect(program.output()).toContain('missing.cfg: there is no such file')
  })

  it('explains itself with --help', async () => {
    const program = startProgram('load-balancer', ['--help'])
    expect((await program.exit).code).toBe(0)
    expect(program.output()).toMatch(/--config FILE +the haproxy\.cfg/)
  })
})
