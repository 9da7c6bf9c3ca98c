import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import type { Client, Config } from '@libsql/client/http'
import { connectionFailure, IDLE_CONNECTION_MS, isRefused, limitWaiting } from '../kit/http.ts'
import { Agent, openRequest } from '../kit/node-http.ts'
import { LazyClient } from './lazy-client.ts'

/** The way to the database: the official client, over connections that carry the server's address and the trace. */

/** What is known of the request that the application works on. */
export interface RequestContext {
  readonly traceparent: string | null
  /** The name of the database that answered in this request. */
  database: string | null
  /** Why the database did not answer, for the log. */
  databaseFailure: string | null
}

export interface DatabaseOptions {
  readonly url: URL | null
  /** Own address of outgoing connections, or null for the system's choice. */
  readonly source: string | null
  /** The database refused a connection: no process listens there. */
  readonly onRefused?: () => void
}

/** The application may wait for the database with any number of requests; this many at a time go over the network. */
const MAX_CONNECTIONS = 64

/** The application catches this one to tell its visitors that the database is away. */
export class DatabaseUnreachableError extends Error {
  readonly code = 'DATABASE_UNREACHABLE'
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DatabaseUnreachableError'
  }
}

export class Database {
  readonly client: Client
  private readonly contexts = new AsyncLocalStorage<RequestContext>()
  private readonly options: DatabaseOptions
  private readonly agent = new Agent({
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS,
    scheduling: 'lifo',
    timeout: IDLE_CONNECTION_MS,
  })

  constructor(options: DatabaseOptions) {
    this.options = options
    this.client = new LazyClient(() => this.connect())
  }

  /** Runs the application's handler; every call of the database inside it belongs to this request. */
  during<Result>(context: RequestContext, work: () => Result): Result {
    return this.contexts.run(context, work)
  }

  private async connect(): Promise<Client> {
    if (this.options.url === null)
      throw new DatabaseUnreachableError('this application server was started without --database')
    const { createClient } = await import('@libsql/client/http')
    const config: Config = {
      url: this.options.url.href,
      fetch: (request: Request) => this.fetch(request),
      // The client would run waiting calls in the context of whichever request finished before: the agent queues instead.
      concurrency: Number.MAX_SAFE_INTEGER,
    }
    return createClient(config)
  }

  /** What the client calls instead of the global `fetch`, whose connections cannot be bound to an address. */
  private async fetch(request: Request): Promise<Response> {
    const context = this.contexts.getStore()
    const answer = await this.send(request, context).catch((error: unknown) => {
      const sentence = `the database at ${new URL(request.url).host} does not answer: ${connectionFailure(error)}`
      if (context) context.databaseFailure = sentence
      if (isRefused(error)) this.options.onRefused?.()
      throw new DatabaseUnreachableError(sentence, error)
    })
    const name = answer.message.headers['x-served-by']
    if (context && typeof name === 'string') context.database = name
    const headers = new Headers({ 'content-type': answer.message.headers['content-type'] ?? 'text/plain' })
    return new Response(answer.body, { status: answer.message.statusCode ?? 502, headers })
  }

  /** A write that the database may have done already is never sent twice: a connection that broke is an error. */
  private async send(request: Request, context: RequestContext | undefined): Promise<Answer> {
    const body = Buffer.from(await request.arrayBuffer())
    const call = openRequest(request.url, {
      method: request.method,
      headers: {
        ...Object.fromEntries(request.headers),
        'content-length': body.length,
        ...(context?.traceparent ? { traceparent: context.traceparent } : {}),
      },
      agent: this.agent,
      ...(this.options.source === null ? {} : { localAddress: this.options.source }),
    })
    limitWaiting(call)
    return new Promise((resolve, reject) => {
      call.on('error', reject)
      call.on('response', (message) => {
        const chunks: Uint8Array[] = []
        message.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        message.on('error', reject)
        message.on('end', () => resolve({ message, body: new Uint8Array(Buffer.concat(chunks)) }))
      })
      call.end(body)
    })
  }
}

interface Answer {
  readonly message: IncomingMessage
  readonly body: Uint8Array<ArrayBuffer>
}
