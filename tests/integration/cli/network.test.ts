import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { spawn as spawnInTerminal } from 'node-pty'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLI_MAIN, CliHome, type CliRun } from '../../cli-process.ts'
import { itWith } from '../../tools.ts'

/** Packets, traces and stepping without a window: the command line as its own process, beside a real lab. */

const LIMIT_MS = 30_000
/** A page of the application: client, DNS, load balancer, web server, application server. */
const HOPS = [/^client>dns-1$/, /^client>lb-1$/, /^lb-1>web-[12]$/, /^web-[12]>app-[12]$/]
/** The lab's ports are not those that the protocols usually have. */
const PORTS = ['udp.port==8053,dns', 'tcp.port==8080,http', 'tcp.port==3000,http']

interface TraceAnswer {
  readonly id: number
  readonly url: string
  readonly status: number
  readonly hops: readonly {
    readonly from: string
    readonly to: string
    readonly startNs: number
    readonly endNs: number
    readonly connection: string | null
    readonly note: string
  }[]
  readonly packets: readonly number[]
}

interface PacketAnswer {
  readonly no: number
  readonly info: string
  readonly trace: number | null
}

let home: CliHome

function lab(...args: readonly string[]): CliRun {
  return home.start(...args)
}

/** The JSON values that a command printed, one a line; it must succeed. */
async function json<Value>(...args: readonly string[]): Promise<Value[]> {
  const { code, stdout, stderr } = await lab(...args, '--json').exit
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return lines<Value>(stdout)
}

function lines<Value>(text: string): Value[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Value)
}

async function one<Value>(...args: readonly string[]): Promise<Value> {
  const [value, ...more] = await json<Value>(...args)
  if (value === undefined || more.length > 0) throw new Error(`${args.join(' ')} did not print one value`)
  return value
}

/** What a person reads; the command must succeed. */
async function text(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await lab(...args).exit
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

describe('the network on the command line, with a real lab', () => {
  beforeAll(async () => {
    home = await CliHome.open()
    await home.startLab('up', '1-distributed_web_infrastructure')
  })
  afterAll(() => home.close())

  it('trace sends a request and tells hop by hop what it led to', async () => {
    const trace = await one<TraceAnswer>('trace')
    expect(trace).toMatchObject({ url: 'http://www.foobar.com:8080/', status: 200 })
    const first = trace.hops.slice(0, HOPS.length)
    first.forEach(({ from, to }, index) => expect(`${from}>${to}`).toMatch(HOPS[index] ?? /-/))
    expect(first.map(({ connection }) => connection === null)).toEqual([true, false, false, false])
    for (const { startNs, endNs } of trace.hops) expect(endNs).toBeGreaterThan(startNs)
    expect(first.map(({ startNs }) => startNs)).toEqual(first.map(({ startNs }) => startNs).sort((a, b) => a - b))
    expect(first[0]?.note).toBe('client asks the DNS server dns-1 for the A record of www.foobar.com.')
    expect(trace.packets.length).toBeGreaterThanOrEqual(2 * trace.hops.length)

    expect(await one<TraceAnswer>('trace', '--id', String(trace.id))).toEqual(trace)
    const { traces } = await one<{ traces: { id: number }[] }>('trace', '--list')
    expect(traces.map(({ id }) => id)).toContain(trace.id)
    expect(await text('trace', '--list')).toContain('http://www.foobar.com:8080/')
    expect(await lab('trace', '--id', '999').exit).toMatchObject({ code: 1 })
  })

  it('trace shows a person the hops, plain sentences, and the waiting in processes', async () => {
    const shown = await text('trace', 'www.foobar.com/healthz')
    expect(shown).toMatch(/^Trace \d+: http:\/\/www\.foobar\.com:8080\/healthz {2}200 in /)
    expect(shown).toMatch(/lb-1 passes the request for \/healthz on to web-[12], one of its servers\./)
    expect(shown).toMatch(/Waiting in processes: dns-1 .*lb-1 .*app-[12] .* On the network: /)
  })

  it('packets prints what passes the filter, the oldest first', async () => {
    const { id, packets } = await one<TraceAnswer>('trace')
    const rows = await json<PacketAnswer>('packets', '--filter', `trace ${id}`)
    expect(rows.map(({ no }) => no)).toEqual(packets.slice(-50))
    expect(new Set(rows.map(({ trace }) => trace))).toEqual(new Set([id]))
    expect(Object.keys(rows[0] ?? {})).toEqual('no timeNs host link from to protocol kind length info trace'.split(' '))
    const shown = await text('packets', '--filter', `trace ${id} and dns`, '--limit', '2')
    expect(shown.trimEnd().split('\n')).toHaveLength(2)
    expect(shown).toContain('A www.foobar.com NOERROR 127.10.0.10')
  })

  it('packets marks a mistake in the filter, and exits with 2', async () => {
    expect(await lab('packets', '--filter', 'host web-9 or dns').exit).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'Error: This lab has no host or service named web-9. Did you mean web-1?\n' +
        '  host web-9 or dns\n       ^^^^^\n  Expected here: web-1\n',
    })
    const { code, stdout } = await lab('packets', '--filter', 'dns and', '--json').exit
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 2, error: { code: 'FILTER_INVALID', start: 7 } })
  })

  it('packets --follow misses none of what comes, and ends well by Ctrl-C', async () => {
    const filter = 'traced and (dns or http.request)'
    const following = lab('packets', '--filter', filter, '--follow', '--limit', '0', '--json')
    const plain = lab('packets', '--follow', '--limit', '1')
    // Following stands as soon as it shows a first packet.
    await expect.poll(plain.stdout, { timeout: LIMIT_MS }).toContain('\n')
    const first = await one<TraceAnswer>('trace', 'www.foobar.com/healthz')
    await expect.poll(() => lines(following.stdout()).length, { timeout: LIMIT_MS }).toBeGreaterThan(0)
    const ids = [first.id]
    for (let turn = 0; turn < 3; turn += 1) ids.push((await one<TraceAnswer>('trace')).id)
    const wanted = (await json<PacketAnswer>('packets', '--filter', filter, '--limit', '1000')).filter(({ trace }) =>
      ids.includes(trace ?? -1),
    )
    expect(wanted.length).toBeGreaterThan(3 * HOPS.length)
    const seen = (): number[] =>
      lines<PacketAnswer>(following.stdout())
        .filter(({ trace }) => ids.includes(trace ?? -1))
        .map(({ no }) => no)
        .sort((a, b) => a - b)
    await expect.poll(seen, { timeout: LIMIT_MS }).toEqual(wanted.map(({ no }) => no))
    for (const run of [following, plain]) {
      run.child.kill('SIGINT')
      expect(await run.exit).toMatchObject({ code: 0, stderr: '' })
    }
  })

  itWith(['tshark'], 'capture writes what Wireshark reads, where the person stands', async () => {
    const trace = await one<TraceAnswer>('trace')
    const { file, packets, bytes } = await one<{ file: string; packets: number; bytes: number }>('capture', 'my.pcapng')
    expect(file).toBe(join(home.folder, 'my.pcapng'))
    const ports = PORTS.flatMap((port) => ['-d', port])
    const read = async (...args: readonly string[]): Promise<string[]> =>
      (await promisify(execFile)('tshark', ['-r', file, '-n', ...ports, ...args])).stdout.split('\n').filter(Boolean)
    expect((await read()).length).toBeGreaterThanOrEqual(packets)
    expect(bytes).toBeGreaterThan(packets)
    expect((await read('-Y', 'dns.a == 127.10.0.10')).length).toBeGreaterThan(0)
    expect((await read('-Y', 'http.request.uri == "/" && http.host contains "foobar"')).length).toBeGreaterThanOrEqual(
      3,
    )
    expect(await read('-Y', '_ws.malformed')).toEqual([])
    expect(trace.status).toBe(200)

    expect(await text('capture', join(home.folder, 'my.pcapng'))).toMatch(/my\.pcapng: \d+ packets, \d+ bytes\./)
    const { code, stderr } = await lab('capture', home.folder).exit
    expect({ code, isFolder: stderr.includes('it is a folder') }).toEqual({ code: 1, isFolder: true })
  })

  it('step --auto goes through the lab to the answer', async () => {
    const told = await json<Record<string, unknown>>('step', '--auto', '50')
    const end = told.at(-1)
    expect(end).toMatchObject({ phase: 'done', status: 200, stops: told.length - 1, failure: null })
    const stops = told.slice(0, -1).map(({ from, to, message }) => `${String(from)}>${String(to)} ${String(message)}`)
    expect(stops.slice(0, 3)).toEqual(['client>dns-1 query', 'dns-1>client answer', 'client>lb-1 request'])
    expect(stops.at(-1)).toBe('lb-1>client response')
    expect(told[3]?.['why']).toMatch(/^lb-1 has chosen web-[12] by roundrobin\./)
    const trace = await one<TraceAnswer>('trace', '--id', String(end?.['trace']))
    expect(trace.status).toBe(200)

    const shown = await text('step', 'www.foobar.com/healthz', '--auto', '50')
    expect(shown).toContain('Request line: GET /healthz HTTP/1.1')
    expect(shown).toMatch(/Done after \d+ stops: status 200\./)
  })

  it('step needs a terminal or a pace', async () => {
    const { code, stderr } = await lab('step').exit
    expect({ code, says: stderr.includes('--auto 1000') }).toEqual({ code: 2, says: true })
  })

  it('step obeys the keys of a real terminal; Ctrl-C gives the request up and the lab goes on', async () => {
    const inTerminal = (): { output(): string; type(keys: string): void; readonly code: Promise<number> } => {
      const options = { cols: 200, rows: 50, env: home.environment, cwd: home.folder }
      const terminal = spawnInTerminal(process.execPath, [CLI_MAIN, 'step', 'www.foobar.com/healthz'], options)
      let output = ''
      terminal.onData((data) => (output += data))
      const code = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)))
      return { output: () => output, type: (keys) => terminal.write(keys), code }
    }
    const walk = inTerminal()
    await expect.poll(walk.output, { timeout: LIMIT_MS }).toContain('Stop 1: client > dns-1')
    walk.type('\r')
    await expect.poll(walk.output, { timeout: LIMIT_MS }).toContain('Stop 2: dns-1 > client')
    // What is held is held: nobody pressed a key.
    expect(walk.output()).not.toContain('Stop 3')
    walk.type('e')
    await expect.poll(walk.output, { timeout: LIMIT_MS }).toContain('status 200')
    expect(await walk.code).toBe(0)

    const left = inTerminal()
    await expect.poll(left.output, { timeout: LIMIT_MS }).toContain('Stop 1: client > dns-1')
    left.type('\u0003')
    expect(await left.code).toBe(130)
    expect(await one('request')).toMatchObject({ status: 200 })
    // The engine holds one request at a time: that this one may begin shows that the other is gone.
    expect(await text('step', 'www.foobar.com/healthz', '--auto', '50')).toContain('status 200')
  })

  it('recording is set, and nothing is traced while it is off', async () => {
    expect(await one('recording', 'off')).toMatchObject({ mode: 'off' })
    const { code, stderr } = await lab('trace').exit
    expect({ code, says: stderr.includes('Nothing is recorded') }).toEqual({ code: 1, says: true })
    expect(await text('recording', 'full', '--ring', '32')).toMatch(/^Recording: full; [\d.]+ MiB of 32\.0 MiB used/)
    expect(await one<TraceAnswer>('trace')).toMatchObject({ status: 200 })
  })
})
