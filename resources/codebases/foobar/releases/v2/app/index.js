// The application of www.foobar.com.
//
// The application server calls `fetch(request, env)` once for every request that is no file of public/, and sends back
// the Response that it returns. Request and Response are those of the web platform. `env` holds
//   env.db        the database client:  const { rows } = await env.db.execute('SELECT 1')
//   env.database  the name of the database that answered in this request, or null
//   env.server    the name of this application server ('app-1')
//   env.release   the name of this release ('v2')
//   env.shared    a folder for files that all releases of this server share (uploads, for example)
//   env.host      { address, port } of this application server
// A change is seen when the server is started again.

import { addEntry, showGuestbook } from './guestbook.js'
import { aboutPage, homePage, notFoundPage, wrongMethodPage } from './pages.js'
import { showServers } from './servers.js'

/** Which function answers which path, by method. */
const routes = {
  '/': { GET: homePage },
  '/guestbook': { GET: showGuestbook, POST: addEntry },
  '/servers': { GET: showServers },
  '/about': { GET: aboutPage },
  '/healthz': { GET: health },
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    const route = Object.hasOwn(routes, pathname) ? routes[pathname] : null
    if (route === null) return notFoundPage(request, env)

    // HEAD is GET without the content, which the server leaves out.
    const method = request.method === 'HEAD' ? 'GET' : request.method
    if (!Object.hasOwn(route, method)) return wrongMethodPage(request, env, Object.keys(route))
    return route[method](request, env)
  },
}

/** The load balancer asks this to see whether the server is alive. It does not need the database. */
function health(request, env) {
  return new Response(`ok ${env.release}\n`, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
