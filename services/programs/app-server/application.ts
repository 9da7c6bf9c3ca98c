import { access } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Client } from '@libsql/client/http'
import { ConfigError, ProgramError } from '../kit/program.ts'
import type { Release } from '../kit/release.ts'
import { locateLoadError } from './load-error.ts'

/** The application of a release: `app/index.js`, an ES module with `export default { fetch(request, env) }`. */

/** What the application gets beside the request. */
export interface AppEnvironment {
  /** The libSQL client (https://docs.turso.tech/sdk/ts/reference): `await env.db.execute(...)`. */
  readonly db: Client
  /** The release that runs: `v1`. */
  readonly release: string
  /** The name of this application server: `app-1`. */
  readonly server: string
  /** Folder of files that all releases of this host share, such as uploads: a deployment leaves it as it is. */
  readonly shared: string
  readonly host: { readonly address: string; readonly port: number }
  /** The name of the database, once it has answered in this request; null before that. */
  readonly database: string | null
}

/** Whatever the person's handler returns is checked when it is there. */
export type FetchHandler = (request: Request, env: AppEnvironment) => unknown

export interface Application {
  /** The entry file's path, for messages. */
  readonly file: string
  readonly fetch: FetchHandler
}

/** What Node's module loader did with the release's files: it is what errors are located by. */
export interface LoadTrace {
  /** URLs of the release's files, in the order in which they were read. */
  readonly files: string[]
  /** The import that was looked up last, and the file that it stands in. */
  lastImport: { readonly specifier: string; readonly from: string } | null
}

/** A module may wait for something at its top level, but not for ever. */
const LOAD_LIMIT_MS = 10_000

/** Loads and checks the application. Throws `ConfigError` with the place in the person's own file. */
export async function loadApplication(release: Release): Promise<Application> {
  const file = join(release.dir, 'app', 'index.js')
  await access(file).catch(() => {
    throw new ProgramError(`release ${release.name} has no application: there is no file ${file}.`)
  })
  const trace = watchModules(release)
  const module = await importWithin(file, LOAD_LIMIT_MS).catch(async (error: unknown) => {
    throw error instanceof ProgramError ? error : await locateLoadError(error, release, file, trace)
  })
  return { file, fetch: readHandler(module['default'], file) }
}

/** The release's `.js` files are ES modules wherever they lie: no package.json above them may decide otherwise. */
function watchModules(release: Release): LoadTrace {
  const root = pathToFileURL(join(release.dir, '/')).href
  const trace: LoadTrace = { files: [], lastImport: null }
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (context.parentURL?.startsWith(root)) trace.lastImport = { specifier, from: context.parentURL }
      return nextResolve(specifier, context)
    },
    load(url, context, nextLoad) {
      if (!url.startsWith(root)) return nextLoad(url, context)
      trace.files.push(url)
      return nextLoad(url, url.endsWith('.js') ? { ...context, format: 'module' } : context)
    },
  })
  return trace
}

async function importWithin(file: string, limitMs: number): Promise<Readonly<Record<string, unknown>>> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    const sentence = `it was not loaded after ${limitMs / 1000} s. Does a module wait (await) for something that never comes?`
    timer = setTimeout(() => reject(new ConfigError(file, 1, sentence)), limitMs)
  })
  try {
    return await Promise.race([import(pathToFileURL(file).href), limit])
  } finally {
    clearTimeout(timer)
  }
}

function readHandler(exported: unknown, file: string): FetchHandler {
  if (typeof exported === 'object' && exported !== null && 'fetch' in exported) {
    const handler = exported.fetch
    // Called on its object, so that `this` is what the person expects.
    if (typeof handler === 'function') return (request, env): unknown => handler.call(exported, request, env)
  }
  const found = exported === undefined ? 'there is no default export' : `the default export is ${describe(exported)}`
  throw new ConfigError(
    file,
    1,
    `${found}. An application ends with: export default { async fetch(request, env) { return new Response('hello') } }`,
  )
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'object') return 'an object without a function named fetch'
  return typeof value === 'function' ? 'a function, not an object with a function named fetch' : `a ${typeof value}`
}
