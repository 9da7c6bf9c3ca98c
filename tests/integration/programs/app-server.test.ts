import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { StartedProgram } from '../../programs.ts'
import { ask, handler, makeCodebase, startReady, TRACEPARENT, type Codebase } from './web-stack.ts'

const APP = { host: '127.20.4.31', port: 24090 }
const DATABASE = { host: '127.20.4.40', port: 24092 }
const DATABASE_URL = `http://${DATABASE.host}:${DATABASE.port}`

const running: StartedProgram[] = []
const codebases: Codebase[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.stop()))
  codebases.splice(0).forEach((codebase) => codebase.remove())
})

function codebaseWith(files: Readonly<Record<string, string>>): Codebase {
  const codebase = makeCodebase(files)
  codebases.push(codebase)
  return codebase
}

function appArgs(dir: string): string[] {
  const network = ['--listen', `${APP.host}:${APP.port}`, '--database', DATABASE_URL, '--source', APP.host]
  return ['--name', 'app-1', '--codebase', dir, ...network]
}

async function runApp(
  files: Readonly<Record<string, string>>,
): Promise<StartedProgram & { readonly codebase: Codebase }> {
  const codebase = codebaseWith(files)
  const program = await startReady('app-server', appArgs(codebase.dir))
  running.push(program)
  return { ...program, codebase }
}

describe('requests and answers', () => {
  it('hands a Request over and an answer back, with its own names on it', async () => {
    const app = await runApp({
      'app/index.js': handler(`
        const url = new URL(request.url)
        if (url.pathname === '/many') {
          const headers = new Headers({ 'x-served-by': 'liar', connection: 'x-inner', 'x-inner': '1' })
          headers.append('set-cookie', 'a=1')
          headers.append('set-cookie', 'b=2')
          return new Response(null, { status: 204, headers })
        }
        const body = await request.text()
        const { db, ...rest } = env
        return Response.json({ method: request.method, url: request.url, kind: request.headers.get('x-kind'), body, rest })`),
    })
    const answer = await ask(APP, '//deep/../path?a=1', {
      method: 'POST',
      body: 'höllo',
      headers: { 'X-Kind': 'test', traceparent: TRACEPARENT },
    })
    expect(answer.status).toBe(200)
    expect(answer.header('x-served-by')).toBe('app-1')
    expect(answer.header('x-release')).toBe('v1')
    expect(answer.header('x-database')).toBeNull()
    expect(answer.header('content-length')).toBe(String(answer.body.length))
    expect(JSON.parse(Buffer.from(answer.body, 'latin1').toString())).toMatchObject({
      method: 'POST',
      url: 'http://www.foobar.com//path?a=1',
      kind: 'test',
      body: 'h\u00f6llo',
      rest: { release: 'v1', server: 'app-1', host: { address: APP.host, port: APP.port }, database: null },
    })
    const line = await app.waitForLine(/POST \/\/deep/)
    expect(line).toMatch(/127\.\d+\.\d+\.\d+:\d+ +200 \d+ B in [\d.]+ ms {2}trace 4bf92f35$/)

    const many = await ask(APP, '/many')
    expect([many.status, many.body, many.header('x-served-by'), many.header('x-inner')]).toEqual([
      204,
      '',
      'app-1',
      null,
    ])
    expect(many.head.match(/^set-cookie: .*/gim)).toHaveLength(2)
  })

  it('streams an answer as it is made, and HEAD has none', async () => {
    await runApp({
      'app/index.js': handler(`
        const parts = ['one ', new TextEncoder().encode('two '), 'three']
        return new Response(new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 5))
            const part = parts.shift()
            if (part === undefined) controller.close()
            else controller.enqueue(part)
          },
        }), { headers: { 'content-type': 'text/plain' } })`),
    })
    const answer = await ask(APP, '/')
    expect([answer.header('transfer-encoding'), answer.body]).toEqual(['chunked', 'one two three'])
    const head = await ask(APP, '/', { method: 'HEAD' })
    expect([head.status, head.header('content-type'), head.body]).toEqual([200, 'text/plain', ''])
  })

  it('ends an endless answer when its visitor leaves', async () => {
    const app = await runApp({
      'app/index.js': handler(`
        return new Response(new ReadableStream({
          pull(controller) { controller.enqueue('tick '); return new Promise((resolve) => setTimeout(resolve, 2)) },
          cancel() { console.log('the stream was cancelled') },
        }))`),
    })
    const visitor = connect(APP)
    visitor.write('GET /endless HTTP/1.1\r\nHost: a\r\n\r\n')
    await new Promise((resolve) => visitor.once('data', resolve))
    visitor.destroy()
    await app.waitForLine(/the stream was cancelled/)
    await app.waitForLine(/GET \/endless .*the visitor left/)
  })

  it('keeps a connection usable when the application ignores a body', async () => {
    await runApp({ 'app/index.js': handler("return new Response(request.method + ' ')") })
    const body = 'x'.repeat(300_000)
    const text = await new Promise<string>((resolve) => {
      const socket = connect(APP)
      let received = ''
      socket.on('data', (data) => (received += String(data)))
      socket.on('close', () => resolve(received))
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    })
    expect(text.match(/POST |GET /g)).toEqual(['POST ', 'GET '])
  })

  it('gives the next request of a connection a chance when only the start of a body was read', async () => {
    await runApp({
      'app/index.js': handler(`
        if (request.method === 'GET') return new Response('next')
        const { value } = await request.body.getReader().read()
        return new Response('read some: ' + (value.length > 0))`),
    })
    const body = 'x'.repeat(2_000_000)
    const text = await new Promise<string>((resolve) => {
      const socket = connect(APP)
      let received = ''
      socket.on('data', (data) => (received += String(data)))
      socket.on('close', () => resolve(received))
      socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    })
    expect(text).toMatch(/read some: true[^]*next$/)
  })

  it('answers what cannot be a Request', async () => {
    await runApp({ 'app/index.js': handler("return new Response('ok')") })
    expect((await ask(APP, '/', { headers: { Host: 'not a host' } })).status).toBe(400)
    expect((await ask(APP, '/', { method: 'TRACE' })).status).toBe(405)
    expect((await ask(APP, '/')).body).toBe('ok')
  })
})

describe('mistakes in the application while it runs', () => {
  it('cost one request each: the log says where, the visitor gets a plain page', async () => {
    const app = await runApp({
      'app/index.js': `import { draw } from './pages.js'
const used = new Response('once')
export default {
  fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname === '/throw') return draw(null)
    if (pathname === '/nothing') return undefined
    if (pathname === '/text') return 'hello'
    if (pathname === '/used') return used
    if (pathname === '/broken-stream') return new Response(new ReadableStream({
      start(controller) { controller.enqueue('begun') },
      pull() { return new Promise((_, reject) => setTimeout(() => reject(new Error('no more')), 20)) },
    }))
    return new Response('fine')
  },
}`,
      'app/pages.js': '\n\nexport function draw(page) {\n  return new Response(page.title)\n}\n',
    })
    const answer = await ask(APP, '/throw')
    expect([answer.status, answer.header('x-served-by')]).toEqual([500, 'app-1'])
    expect(answer.body).toContain('The terminal of app-1 says where.')
    expect(answer.body).not.toContain('pages.js')
    const line = await app.waitForLine(/GET \/throw/)
    expect(line).toContain("500 TypeError: Cannot read properties of null (reading 'title') (app/pages.js:4)")

    expect((await ask(APP, '/nothing')).status).toBe(500)
    await app.waitForLine(/GET \/nothing .* fetch\(\) returned nothing, not a Response/)
    expect((await ask(APP, '/text')).status).toBe(500)
    await app.waitForLine(/GET \/text .* fetch\(\) returned a value of type string, not a Response/)
    expect((await ask(APP, '/used')).status).toBe(200)
    expect((await ask(APP, '/used')).status).toBe(500)
    await app.waitForLine(/GET \/used .* make a new one for each request/)
    // The head was out already: the content ends without its last chunk.
    expect((await ask(APP, '/broken-stream')).body).toBe('begun')
    await app.waitForLine(/GET \/broken-stream .* Error: no more/)
    expect((await ask(APP, '/')).body).toBe('fine')
  })

  it('shows what the application says, and goes on after a promise that nobody waited for', async () => {
    const app = await runApp({
      'app/index.js': `console.log('loading\\nin two lines')
export default {
  fetch() {
    console.log('asked', { by: 'somebody' })
    console.error('careful')
    void forgotten()
    return new Response('fine')
  },
}
async function forgotten() {
  throw new Error('forgotten')
}`,
    })
    expect(app.output()).toMatch(/the application says +loading\n.*the application says +in two lines\n/)
    expect((await ask(APP, '/')).body).toBe('fine')
    await app.waitForLine(/the application says +asked \{ by: 'somebody' \}/)
    await app.waitForLine(/the application warns +careful/)
    await app.waitForLine(/a promise failed unnoticed +Error: forgotten \(app\/index\.js:11\)/)
    expect((await ask(APP, '/')).body).toBe('fine')
  })

  it('ends with the place when an exception can be caught by nobody', async () => {
    const codebase = codebaseWith({
      'app/index.js': handler(
        `setImmediate(() => {\n      throw new Error('nobody catches me')\n    })\n    return new Response('bye')`,
      ),
    })
    const app = await startReady('app-server', appArgs(codebase.dir))
    await ask(APP, '/').catch(() => undefined)
    expect((await app.exit).code).not.toBe(0)
    expect(app.output()).toMatch(/exception outside a request +Error: nobody catches me \(app\/index\.js:4\)/)
  })
})

describe('the way to the database', () => {
  /** A database of the test's own that notes who asked it, and answers every pipeline with one row. */
  async function notingDatabase(): Promise<{ calls: IncomingMessage[]; close: () => Promise<void> }> {
    const calls: IncomingMessage[] = []
    const server = createServer((request, response) => {
      calls.push(request)
      request.resume().on('end', () => {
        const result = { cols: [{ name: 'n' }], rows: [[{ type: 'integer', value: '1' }]], affected_row_count: 0 }
        const results = [
          { type: 'ok', response: { type: 'execute', result } },
          { type: 'ok', response: { type: 'close' } },
        ]
        response.writeHead(200, { 'content-type': 'application/json', 'x-served-by': 'db-7' })
        response.end(JSON.stringify({ baton: null, base_url: null, results }))
      })
    })
    await new Promise<void>((resolve) => server.listen(DATABASE.port, DATABASE.host, resolve))
    const close = async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    return { calls, close }
  }

  const ASKING = handler(`
    if (new URL(request.url).pathname === '/none') return new Response('none')
    const { rows } = await env.db.execute('SELECT 1 AS n')
    return new Response(rows[0].n + ' from ' + env.database)`)

  it('comes from the own address, carries the trace of its own request, and is named in answer and log', async () => {
    const database = await notingDatabase()
    try {
      const app = await runApp({ 'app/index.js': ASKING })
      const traces = Array.from({ length: 60 }, (_, at) => TRACEPARENT.replace('4bf92f35', String(at).padStart(8, '1')))
      const answers = await Promise.all(traces.map((traceparent) => ask(APP, '/', { headers: { traceparent } })))
      for (const answer of answers) {
        expect([answer.status, answer.body, answer.header('x-database')]).toEqual([200, '1 from db-7', 'db-7'])
      }
      const seen = database.calls.map((call) => String(call.headers['traceparent']))
      expect(seen.toSorted()).toEqual(traces.toSorted())
      expect(new Set(database.calls.map((call) => call.socket.remoteAddress))).toEqual(new Set([APP.host]))
      await app.waitForLine(/GET \/ .* 200 asked db-7, \d+ B in .* trace 11111159$/)

      expect((await ask(APP, '/none')).header('x-database')).toBeNull()
      const untraced = await ask(APP, '/')
      expect(untraced.status).toBe(200)
      expect(database.calls.at(-1)?.headers['traceparent']).toBeUndefined()
    } finally {
      await database.close()
    }
  })

  it('is an error of the one request when nobody is there; the server goes on and finds the database later', async () => {
    const app = await runApp({ 'app/index.js': ASKING })
    expect((await ask(APP, '/')).status).toBe(500)
    const line = await app.waitForLine(/GET \/ /)
    expect(line).toContain(`the database at ${DATABASE.host}:${DATABASE.port} does not answer: connection refused`)
    expect(line).toContain('(app/index.js:5)')
    expect((await ask(APP, '/none')).body).toBe('none')
    const database = await notingDatabase()
    try {
      expect((await ask(APP, '/')).body).toBe('1 from db-7')
    } finally {
      await database.close()
    }
  })
})

describe('SIGTERM', () => {
  it('finishes the request in flight, refuses new ones, and exits with 0', async () => {
    const app = await runApp({
      'app/index.js': `import { existsSync, watch } from 'node:fs'
const gate = new URL('../gate', import.meta.url)
export default {
  async fetch() {
    console.log('slow request has begun')
    await new Promise((resolve) => {
      const watcher = watch(new URL('..', import.meta.url), () => {
        if (!existsSync(gate)) return
        watcher.close()
        resolve()
      })
    })
    return new Response('slow but whole')
  },
}`,
    })
    const idle = connect(APP)
    const idleClosed = new Promise((resolve) => idle.once('close', resolve))
    const slow = ask(APP, '/slow', { headers: { Connection: 'keep-alive' } })
    await app.waitForLine(/slow request has begun/)
    app.child.kill('SIGTERM')
    await app.waitForLine(/stopping .*SIGTERM/)
    await idleClosed
    await expect(ask(APP, '/late')).rejects.toThrow('ECONNREFUSED')
    app.codebase.write({ gate: '' })
    expect((await slow).body).toBe('slow but whole')
    expect((await slow).header('connection')).toBe('close')
    expect(await app.exit).toEqual({ code: 0, signal: null })
    expect(app.output()).toContain('stopped')
  })
})
