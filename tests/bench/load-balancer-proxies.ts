import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createProxyServer } from 'httpxy'
import { Pool } from 'undici'

/** Proxies made of Node libraries, to measure against: `node load-balancer-proxies.ts httpxy|undici ADDRESS PORT TARGET`. */

const [library = '', address = '', port = '', target = ''] = process.argv.slice(2)
const CONNECTIONS = 64

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const HANDLERS: Readonly<Record<string, () => Handler>> = {
  httpxy() {
    const proxy = createProxyServer({
      target,
      xfwd: true,
      agent: new Agent({ keepAlive: true, maxSockets: CONNECTIONS }),
    })
    return (request, response) => void proxy.web(request, response)
  },
  undici() {
    const pool = new Pool(target, { connections: CONNECTIONS, pipelining: 1 })
    return (request, response) => void forward(pool, request, response)
  },
}

async function forward(pool: Pool, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bodyless = request.method === 'GET' || request.method === 'HEAD'
  const headers = { ...passedOn(request.headers), 'x-forwarded-for': request.socket.remoteAddress ?? '' }
  const options = {
    path: request.url ?? '/',
    method: request.method ?? 'GET',
    headers,
    body: bodyless ? null : request,
  }
  try {
    await pool.stream(options, (answer) =>
      response.writeHead(answer.statusCode, { ...passedOn(answer.headers), via: '1.1 proxy' }),
    )
  } catch {
    // The load generator closes its connections in the middle of answers when its time is over.
    response.destroy()
  }
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const kept = { ...headers }
  delete kept.connection
  delete kept['keep-alive']
  return kept
}

const handler = HANDLERS[library]?.()
if (!handler) throw new Error(`no such proxy: ${library}`)
createServer({ keepAliveTimeout: 60_000 }, handler).listen(Number(port), address, () =>
  process.stdout.write('listening\n'),
)
