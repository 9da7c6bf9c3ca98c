import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { StartedProgram } from '../../programs.ts'
import { ask, copyFoobar, startReady, TRACEPARENT, type Answer } from './web-stack.ts'

const APP = { host: '127.20.4.33', port: 24094 }
const WEB = { host: '127.20.4.33', port: 24095 }
const DATABASE = { host: '127.20.4.43', port: 24096 }

function appArgs(dir: string, more: readonly string[] = []): string[] {
  const database = `http://${DATABASE.host}:${DATABASE.port}`
  const network = ['--listen', `${APP.host}:${APP.port}`, '--database', database, '--source', APP.host]
  return ['--name', 'app-1', '--codebase', dir, ...network, ...more]
}

describe('the site www.foobar.com behind a web server', () => {
  let dir = ''
  const programs: StartedProgram[] = []
  const database = (): Promise<StartedProgram> =>
    startReady('database', [
      '--name',
      'db-1',
      '--listen',
      `${DATABASE.host}:${DATABASE.port}`,
      '--file',
      join(dir, 'foobar.sqlite'),
    ])
  const web = (): Promise<StartedProgram> =>
    startReady('web-server', [
      ...['--name', 'web-1', '--listen', `${WEB.host}:${WEB.port}`, '--codebase', dir],
      ...['--app', `${APP.host}:${APP.port}`, '--source', WEB.host],
    ])

  beforeAll(() => {
    dir = copyFoobar()
  })
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.stop()))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  const form = (name: string, message: string): Promise<Answer> =>
    ask(WEB, '/guestbook', {
      method: 'POST',
      body: new URLSearchParams({ name, message }).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })

  it('works from page to database and names all that it came through', async () => {
    const [db, app, front] = await Promise.all([database(), startReady('app-server', appArgs(dir)), web()])
    programs.push(db, app, front)
    const home = await ask(WEB, '/')
    expect(home.status).toBe(200)
    expect(home.body).toContain('<dd>web-1</dd>')
    expect(home.body).toContain('<dd>app-1</dd>')
    expect(home.body).toContain('<dd>v1</dd>')
    expect([home.header('via'), home.header('x-served-by'), home.header('x-database')]).toEqual([
      '1.1 web-1',
      'app-1',
      null,
    ])
    const css = /href="(\/assets\/style\.css)"/.exec(home.body)?.[1] ?? ''
    expect((await ask(WEB, css)).header('x-served-by')).toBe('web-1')
    for (const asset of ['/assets/logo.svg', '/assets/app.js', '/favicon.ico'])
      expect((await ask(WEB, asset)).status).toBe(200)

    const health = await ask(WEB, '/healthz')
    expect([health.status, health.body, health.header('x-database')]).toEqual([200, 'ok v1\n', null])

    expect((await ask(WEB, '/guestbook')).body).toContain('Nobody has written yet')
    const written = await form('<b>Ada</b>', `Hello & "welcome"\nétudiants`)
    expect([written.status, written.header('location')]).toEqual([303, '/guestbook'])
    const book = await ask(WEB, '/guestbook')
    const text = Buffer.from(book.body, 'latin1').toString()
    expect(text).toContain('&lt;b&gt;Ada&lt;/b&gt;')
    expect(text).toContain('Hello &amp; &quot;welcome&quot;\nétudiants')
    expect(text).toContain('through app-1')
    expect(book.header('x-database')).toBe('db-1')
    expect((await form('', 'x')).status).toBe(422)
    expect((await form('x'.repeat(41), 'x')).body).toContain('A name has at most 40 characters')
    expect((await ask(WEB, '/guestbook', { method: 'POST', body: '{}' })).status).toBe(422)
    expect((await ask(WEB, '/guestbook', { method: 'DELETE' })).header('allow')).toBe('HEAD, GET, POST')

    const servers = await ask(WEB, '/servers', {
      from: '127.20.4.99',
      headers: { 'X-Forwarded-For': '127.0.0.1', traceparent: TRACEPARENT },
    })
    for (const name of ['127.0.0.1', '127.20.4.99', 'web-1', 'app-1', 'v1', 'db-1'])
      expect(servers.body).toContain(`<b>${name}</b>`)
    expect(servers.body).toContain(TRACEPARENT)
    expect((await ask(WEB, '/about')).status).toBe(404)

    // The same trace in the log of each, and everywhere the address of the one before.
    await front.waitForLine(/GET \/servers +127\.20\.4\.99:\d+ .* trace 4bf92f35/)
    await app.waitForLine(new RegExp(`GET /servers +${WEB.host}:\\d+ .* asked db-1.* trace 4bf92f35`))
    await db.waitForLine(new RegExp(`${APP.host}:\\d+ .*trace 4bf92f35`))
  })

  it('says kindly that the database is away, stays up, and finds it again', async () => {
    const [db, app, front] = await Promise.all([database(), startReady('app-server', appArgs(dir)), web()])
    programs.push(app, front)
    expect((await ask(WEB, '/guestbook')).status).toBe(200)
    await db.kill()
    const away = await ask(WEB, '/guestbook')
    expect([away.status, away.header('retry-after')]).toEqual([503, '5'])
    expect(away.body).toContain('its database does not answer')
    expect((await form('Ada', 'lost')).status).toBe(503)
    expect((await ask(WEB, '/servers')).body).toContain('<b>does not answer</b>')
    expect((await ask(WEB, '/healthz')).status).toBe(200)
    programs.push(await database())
    expect((await ask(WEB, '/guestbook')).body).toContain('&lt;b&gt;Ada')
  })

  it('shows v2 only after a restart, with another colour, its version and its new page', async () => {
    const app = await startReady('app-server', appArgs(dir))
    const front = await web()
    programs.push(front)
    rmSync(join(dir, 'current'))
    symlinkSync(join('releases', 'v2'), join(dir, 'current'))
    expect((await ask(WEB, '/healthz')).body).toBe('ok v1\n')
    expect((await ask(WEB, '/assets/style.css')).body).toContain('--brand: #1d4ed8')
    await Promise.all([app.stop(), front.stop()])
    programs.push(await startReady('app-server', appArgs(dir)), await web())
    expect((await ask(WEB, '/healthz')).body).toBe('ok v2\n')
    expect((await ask(WEB, '/assets/style.css')).body).toContain('--brand: #047857')
    expect((await ask(WEB, '/')).body).toContain('<p class="big-release">v2</p>')
    const about = await ask(WEB, '/about')
    expect([about.status, about.header('x-release')]).toEqual([200, 'v2'])
  })

  it('runs the release that --release names', async () => {
    programs.push(await startReady('app-server', appArgs(dir, ['--release', 'v1'])))
    expect((await ask(APP, '/healthz')).body).toBe('ok v1\n')
    writeFileSync(join(dir, 'releases', 'v1', 'app', 'index.js'), 'export default {')
    expect((await ask(APP, '/healthz')).body).toBe('ok v1\n')
  })
})
