import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProgram, type StartedProgram } from '../../programs.ts'

/** What the tests of web server and application server share. */

export const FOOBAR = fileURLToPath(new URL('../../../resources/codebases/foobar', import.meta.url))
export const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

export interface Codebase {
  readonly dir: string
  /** Writes files of the release `v1`, such as `app/index.js`. */
  write(files: Readonly<Record<string, string | Buffer>>): void
  path(file: string): string
  remove(): void
}

/** A codebase in a temporary folder whose only release, `v1`, holds these files. */
export function makeCodebase(files: Readonly<Record<string, string | Buffer>>): Codebase {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hoplab-codebase-')))
  const release = join(dir, 'releases', 'v1')
  mkdirSync(release, { recursive: true })
  symlinkSync(join('releases', 'v1'), join(dir, 'current'))
  const codebase: Codebase = {
    dir,
    path: (file) => join(release, file),
    write(more) {
      for (const [file, content] of Object.entries(more)) {
        mkdirSync(dirname(join(release, file)), { recursive: true })
        writeFileSync(join(release, file), content)
      }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
  codebase.write(files)
  return codebase
}

/** An application whose handler has this body, from line 3 on. */
export const handler = (body: string): string => `export default {\n  async fetch(request, env) {\n${body}\n  },\n}\n`

/** The real site with both releases; `current` leads to v1. */
export function copyFoobar(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hoplab-foobar-')))
  cpSync(FOOBAR, dir, { recursive: true })
  symlinkSync(join('releases', 'v1'), join(dir, 'current'))
  return dir
}

/** Starts a program and waits until it is ready. */
export async function startReady(program: string, args: readonly string[]): Promise<StartedProgram> {
  const started = startProgram(program, args)
  await started.waitForLine(/ ready /)
  return started
}

/** Sends bytes as they stand, as no client would, and gives back everything until the server closes. */
export function exchange(host: string, port: number, bytes: string, from?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...(from === undefined ? {} : { localAddress: from }) })
    const chunks: Buffer[] = []
    socket.on('error', reject)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.write(bytes, 'latin1')
  })
}

export interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
  header(name: string): string | null
}

/** One request over a connection of its own; the target goes out as it stands. */
export async function ask(
  at: { readonly host: string; readonly port: number },
  target: string,
  options: { method?: string; headers?: Readonly<Record<string, string>>; body?: string; from?: string } = {},
): Promise<Answer> {
  const fields = Object.entries({ Host: 'www.foobar.com', Connection: 'close', ...options.headers })
  if (options.body !== undefined) fields.push(['Content-Length', String(Buffer.byteLength(options.body))])
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const bytes = `${options.method ?? 'GET'} ${target} HTTP/1.1\r\n${head}\r\n${Buffer.from(options.body ?? '').toString('latin1')}`
  return readAnswer(await exchange(at.host, at.port, bytes, options.from))
}

export function readAnswer(text: string): Answer {
  const end = text.indexOf('\r\n\r\n')
  const head = text.slice(0, end)
  const header = (name: string): string | null => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1] ?? null
  const raw = text.slice(end + 4)
  const body = /chunked/i.test(header('transfer-encoding') ?? '') ? dechunk(raw) : raw
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), head, body, header }
}

function dechunk(text: string): string {
  let body = ''
  for (let at = 0; ;) {
    const lineEnd = text.indexOf('\r\n', at)
    const length = parseInt(text.slice(at, lineEnd), 16)
    if (!(length > 0)) return body
    body += text.slice(lineEnd + 2, lineEnd + 2 + length)
    at = lineEnd + 2 + length + 2
  }
}
