import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { decodeMessage, encodeQuery, type Message } from '../../../services/protocols/dns/index.ts'
import { TcpFrames } from '../../../services/programs/kit/dns/tcp-frames.ts'
import { startProgram, type StartedProgram } from '../../programs.ts'
import { findTool, itWith } from '../../tools.ts'

const ADDRESS = '127.20.1.53'
const PORT = 20_053
const ZONE = `$ORIGIN foobar.com.
$TTL 60
@     IN SOA ns1 hostmaster ( 1 3600 900 604800 30 )
      IN NS  ns1
ns1   A      ${ADDRESS}
www   A      10.0.0.1
      A      10.0.0.2
      AAAA   2001:db8::1
web   CNAME  www
@     MX     10 mail
mail  A      10.0.0.25
text  TXT    "two \\"strings\\"" "; here"
${Array.from({ length: 40 }, (_, index) => `many  A      10.1.0.${index}`).join('\n')}
${Array.from({ length: 100 }, (_, index) => `lots  A      10.2.0.${index}`).join('\n')}
`

let folder = ''
const running: StartedProgram[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoplab-dns-'))
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.kill()))
})
afterAll(() => rm(folder, { recursive: true }))

async function writeZone(text: string, name = 'foobar.com.zone'): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

function run(...args: string[]): StartedProgram {
  const program = startProgram('dns', args, { cwd: folder })
  running.push(program)
  return program
}

/** A server on a zone file of its own that is ready. */
async function serve(text = ZONE, ...options: string[]): Promise<{ program: StartedProgram; file: string }> {
  const file = await writeZone(text)
  const program = run('--name', 'dns-1', '--listen', `${ADDRESS}:${PORT}`, '--zone', 'foobar.com.zone', ...options)
  await program.waitForLine(/ready .*listening on 127\.20\.1\.53:20053/)
  return { program, file }
}

async function dig(...args: string[]): Promise<string> {
  const options = [`@${ADDRESS}`, '-p', String(PORT), '+tries=1', '+time=3', '+norecurse', ...args]
  const { stdout } = await promisify(execFile)(findTool('dig') ?? 'dig', options)
  return stdout
}

const short = async (...args: string[]): Promise<string[]> => (await dig('+short', ...args)).trim().split('\n')

describe('dns, asked by dig', () => {
  itWith(['dig'], 'answers every type of record, in rotation', async () => {
    const { program } = await serve()
    expect(await short('www.foobar.com', 'A')).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(await short('www.foobar.com', 'A')).toEqual(['10.0.0.2', '10.0.0.1'])
    expect(await short('web.foobar.com', 'A')).toEqual(['www.foobar.com.', '10.0.0.1', '10.0.0.2'])
    expect(await short('www.foobar.com', 'AAAA')).toEqual(['2001:db8::1'])
    expect(await short('web.foobar.com', 'CNAME')).toEqual(['www.foobar.com.'])
    expect(await short('foobar.com', 'NS')).toEqual(['ns1.foobar.com.'])
    expect(await short('text.foobar.com', 'TXT')).toEqual(['"two \\"strings\\"" "; here"'])
    expect(await short('foobar.com', 'SOA')).toEqual(['ns1.foobar.com. hostmaster.foobar.com. 1 3600 900 604800 30'])
    const mx = await dig('foobar.com', 'MX')
    expect(mx).toMatch(/foobar\.com\.\s+60\s+IN\s+MX\s+10 mail\.foobar\.com\./)
    expect(mx).toMatch(/mail\.foobar\.com\.\s+60\s+IN\s+A\s+10\.0\.0\.25/)
    expect(mx).toMatch(/flags: qr aa;/)
    await program.waitForLine(/A www\.foobar\.com +127\.\d+\.\d+\.\d+:\d+ +NOERROR 10\.0\.0\.1, 10\.0\.0\.2 ttl 60 udp/)
  })

  itWith(['dig'], 'says NXDOMAIN, NODATA and REFUSED', async () => {
    const { program } = await serve()
    const missing = await dig('none.foobar.com', 'A')
    expect(missing).toMatch(/status: NXDOMAIN/)
    expect(missing).toMatch(/AUTHORITY: 1[^]*foobar\.com\.\s+30\s+IN\s+SOA/)
    const noData = await dig('mail.foobar.com', 'AAAA')
    expect(noData).toMatch(/status: NOERROR[^]*ANSWER: 0, AUTHORITY: 1/)
    expect(await dig('www.example.org', 'A')).toMatch(/status: REFUSED/)
    expect(await dig('+opcode=notify', 'foobar.com', 'SOA')).toMatch(/opcode: NOTIFY, status: NOTIMP/)
    await program.waitForLine(/A none\.foobar\.com .* NXDOMAIN ttl 30 udp/)
    await program.waitForLine(/A www\.example\.org .* REFUSED udp/)
  })

  itWith(['dig'], 'truncates by UDP and answers the retry by TCP', async () => {
    const { program } = await serve()
    // 40 addresses are 675 bytes: too much for plain DNS, enough for EDNS.
    expect(await dig('+noedns', '+ignore', 'many.foobar.com')).toMatch(/flags: qr aa tc;.*ANSWER: 0/)
    const retried = await dig('+noedns', 'many.foobar.com')
    expect(retried).toMatch(/Truncated, retrying in TCP mode[^]*ANSWER: 40/)
    expect(await dig('+bufsize=4096', 'many.foobar.com')).toMatch(/ANSWER: 40[^]*\(UDP\)/)
    expect(await dig('+bufsize=4096', '+ignore', 'lots.foobar.com')).toMatch(/flags: qr aa tc;/)
    expect(await dig('+tcp', 'lots.foobar.com')).toMatch(/ANSWER: 100[^]*\(TCP\)/)
    await program.waitForLine(/A lots\.foobar\.com .* NOERROR truncated udp/)
    await program.waitForLine(/A lots\.foobar\.com .* ttl 60 tcp/)
  })

  itWith(['dig'], 'speaks EDNS(0) and no later version', async () => {
    await serve()
    expect(await dig('+bufsize=1400', '+dnssec', 'www.foobar.com')).toMatch(/EDNS: version: 0, flags: do; udp: 1232/)
    expect(await dig('+noedns', 'www.foobar.com')).not.toMatch(/EDNS/)
    expect(await dig('+edns=1', '+noednsnegotiation', 'www.foobar.com')).toMatch(/status: BADVERS/)
    expect(await dig('+nsid', '+cookie', '+subnet=10.0.0.0/8', 'www.foobar.com')).toMatch(/status: NOERROR/)
    expect(await dig('+recurse', 'www.foobar.com')).toMatch(/flags: qr aa rd;/)
  })

  itWith(['dig'], 'serves several zones', async () => {
    await writeZone('$ORIGIN example.org.\n$TTL 5\n@ SOA ns h 1 1 1 1 1\n@ NS ns\nns A 10.0.0.5\n', 'example.org.zone')
    await serve(ZONE, '--zone', 'example.org.zone', '--quiet')
    expect(await short('ns.example.org')).toEqual(['10.0.0.5'])
    expect(await short('mail.foobar.com')).toEqual(['10.0.0.25'])
  })
})

describe('dns, when its zone file changes', () => {
  itWith(['dig'], 'serves the new zone', async () => {
    const { program, file } = await serve()
    await writeFile(file, ZONE.replace('( 1 ', '( 2 ').replaceAll('10.0.0.25', '10.0.0.26'))
    await program.waitForLine(/zone reloaded .*serial 2/)
    expect(await short('mail.foobar.com')).toEqual(['10.0.0.26'])
    expect(await short('foobar.com', 'SOA')).toEqual([expect.stringContaining('hostmaster.foobar.com. 2 ')])
  })

  itWith(['dig'], 'notices files that are put in its place, time and again', async () => {
    const { program, file } = await serve()
    for (const serial of [2, 3]) {
      const fresh = await writeZone(ZONE.replace('( 1 ', `( ${serial} `), `fresh-${serial}`)
      await rename(fresh, file)
      await program.waitForLine(new RegExp(`zone reloaded .*serial ${serial}`))
    }
  })

  itWith(['dig'], 'keeps the old zone when the new one is broken, and says where', async () => {
    const { program, file } = await serve()
    await writeFile(file, ZONE.replace('10.0.0.25', '10.0.0.300'))
    await program.waitForLine(
      /zone file refused .*foobar\.com\.zone:11: "mail A 10\.0\.0\.300": 10\.0\.0\.300 is not an IPv4/,
    )
    await program.waitForLine(/old zone kept .*serial 1/)
    expect(await short('mail.foobar.com')).toEqual(['10.0.0.25'])
    await rm(file)
    await program.waitForLine(/zone file refused .*could not be read/)
    expect(await short('mail.foobar.com')).toEqual(['10.0.0.25'])
    await writeFile(file, ZONE)
    await program.waitForLine(/zone file mended/)
    await writeFile(file, ZONE.replace('10.0.0.25', '10.0.0.26'))
    await program.waitForLine(/zone reloaded .*serial 1 as before, so secondary servers would not notice/)
    expect(await short('mail.foobar.com')).toEqual(['10.0.0.26'])
  })
})

describe('dns by TCP', () => {
  async function open(): Promise<Socket> {
    const socket = connect({ host: ADDRESS, port: PORT, localAddress: '127.20.1.2' })
    await once(socket, 'connect')
    return socket
  }

  const framed = (id: number, name: string): Buffer => {
    const query = encodeQuery({ id, name })
    return Buffer.concat([Buffer.of(query.length >> 8, query.length & 0xff), query])
  }

  async function collect(socket: Socket, count: number): Promise<Message[]> {
    const frames = new TcpFrames()
    const messages: Message[] = []
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      messages.push(...frames.push(chunk as Buffer).map((message) => decodeMessage(message)))
      if (messages.length >= count) break
    }
    return messages
  }

  it('answers many queries on one connection, sent at once and cut anywhere', async () => {
    await serve(ZONE, '--quiet')
    const socket = await open()
    socket.setNoDelay(true)
    const stream = Buffer.concat(
      Array.from({ length: 200 }, (_, id) => framed(id, id % 2 ? 'lots.foobar.com' : 'none.foobar.com')),
    )
    const answers = collect(socket, 200)
    for (let offset = 0; offset < stream.length; offset += 777) socket.write(stream.subarray(offset, offset + 777))
    const messages = await answers
    expect(messages.map((message) => message.id)).toEqual(Array.from({ length: 200 }, (_, id) => id))
    expect(messages.map((message) => message.answers.length)).toEqual(
      Array.from({ length: 200 }, (_, id) => (id % 2 ? 100 : 0)),
    )
    const second = collect(socket, 1)
    socket.write(framed(999, 'mail.foobar.com'))
    expect((await second)[0]?.id).toBe(999)
    socket.destroy()
  })

  it('answers what came before the peer ended its side, then ends too', async () => {
    const { program } = await serve()
    const socket = await open()
    socket.end(framed(5, 'mail.foobar.com'))
    expect(await collect(socket, 2)).toMatchObject([{ id: 5, rcode: 0 }])
    await program.waitForLine(/A mail\.foobar\.com +127\.20\.1\.2:\d+ +NOERROR 10\.0\.0\.25 ttl 60 tcp/)
  })

  it('closes a connection that brings no queries', async () => {
    await serve()
    const socket = await open()
    socket.resume()
    socket.on('error', () => undefined)
    socket.write(Buffer.of(0, 3, 1, 2, 3))
    await once(socket, 'close')
  })

  it('finishes a query that has come in part when it is told to end', async () => {
    const { program } = await serve()
    const [busy, idle] = [await open(), await open()]
    const query = framed(7, 'mail.foobar.com')
    // The first answer proves that what came with it was read as well.
    busy.write(Buffer.concat([framed(6, 'mail.foobar.com'), query.subarray(0, 10)]))
    await collect(busy, 1)
    const ended = program.stop()
    idle.resume()
    await once(idle, 'end')
    idle.end()
    const rest = collect(busy, 1)
    busy.write(query.subarray(10))
    expect(await rest).toMatchObject([{ id: 7, rcode: 0 }])
    busy.resume()
    await once(busy, 'end')
    busy.end()
    expect(await ended).toEqual({ code: 0, signal: null })
  })
})

describe('dns, started and ended', () => {
  it('ends with code 0 at SIGTERM, having answered what had arrived', async () => {
    const { program } = await serve()
    const socket = createSocket('udp4')
    socket.bind(0, '127.20.1.2')
    await once(socket, 'listening')
    const ids = new Set<number>()
    socket.on('message', (message) => ids.add(decodeMessage(message).id))
    const sent = Array.from({ length: 50 }, async (_, id) => {
      const query = encodeQuery({ id, name: 'www.foobar.com' })
      await new Promise<void>((resolve, reject) =>
        socket.send(query, PORT, ADDRESS, (error) => (error ? reject(error) : resolve())),
      )
    })
    await Promise.all(sent)
    expect(await program.stop()).toEqual({ code: 0, signal: null })
    expect(program.output()).toMatch(/stopping .*SIGTERM[^]*stopped/)
    while (ids.size < 50) await once(socket, 'message')
    socket.close()
  })

  it('ends at SIGHUP, as a program does whose terminal is gone', async () => {
    const { program } = await serve()
    program.child.kill('SIGHUP')
    expect(await program.exit).toEqual({ code: null, signal: 'SIGHUP' })
  })

  it.each(['tcp', 'udp'] as const)('says that its port is taken for %s', async (transport) => {
    await writeZone(ZONE)
    const holder = transport === 'tcp' ? createServer() : createSocket('udp4')
    if ('listen' in holder) holder.listen(PORT + 1, ADDRESS)
    else holder.bind(PORT + 1, ADDRESS)
    await once(holder, 'listening')
    const program = run('--listen', `${ADDRESS}:${PORT + 1}`, '--zone', 'foobar.com.zone')
    expect(await program.exit).toEqual({ code: 69, signal: null })
    expect(program.output()).toContain(`dns: port ${PORT + 1} on ${ADDRESS} is taken by another program.`)
    const closed = once(holder, 'close')
    holder.close()
    await closed
  })

  it('does not start on a broken zone, and names file and line', async () => {
    await writeZone(ZONE.replace('10.0.0.25', '10.0.0.300'))
    for (const options of [['--listen', `${ADDRESS}:${PORT}`], ['--check']]) {
      const program = run('--zone', 'foobar.com.zone', ...options)
      expect(await program.exit).toEqual({ code: 78, signal: null })
      expect(program.output()).toContain(
        'dns: foobar.com.zone:11: "mail A 10.0.0.300": 10.0.0.300 is not an IPv4 address\n',
      )
    }
  })

  it('only checks with --check, and shows what is odd', async () => {
    await writeZone(`${ZONE}odd CNAME nowhere\n`)
    const program = run('--check', '--zone', 'foobar.com.zone')
    expect(await program.exit).toEqual({ code: 0, signal: null })
    expect(program.output()).toMatch(/zone warning .*"odd CNAME nowhere": nowhere\.foobar\.com\. does not exist/)
    expect(program.output()).toMatch(/zone checked .*zone foobar\.com, 151 records, serial 1/)
  })

  it.each([
    {
      args: ['--zone', 'missing.zone', '--check'],
      code: 78,
      sentence: /the zone file missing\.zone could not be read/,
    },
    { args: ['--check'], code: 64, sentence: /the option --zone is missing/ },
    { args: ['--zone', 'foobar.com.zone'], code: 64, sentence: /the option --listen is missing/ },
    { args: ['--zone', 'foobar.com.zone', '--listen', '0.0.0.0:20053'], code: 64, sentence: /not a loopback address/ },
    {
      args: ['--zone', 'foobar.com.zone', '--zone', 'foobar.com.zone', '--check'],
      code: 78,
      sentence: /is in foobar\.com\.zone already/,
    },
    { args: ['--help'], code: 0, sentence: /--zone FILE/ },
  ])('$args: code $code', async ({ args, code, sentence }) => {
    await writeZone(ZONE)
    const program = run(...args)
    expect(await program.exit).toEqual({ code, signal: null })
    expect(program.output()).toMatch(sentence)
  })
})
