import { isDatabaseAway } from './database.js'
import { html } from './html.js'
import { page, webServerOf } from './layout.js'

/** Names every server that this request came through, in their order. */
export async function showServers(request, env) {
  // Every server that passes a request on appends the address that it came from: the first is the visitor's.
  const [visitor, ...balancers] = listOf(request.headers.get('x-forwarded-for'))
  const stations = [
    { what: 'You', name: visitor ?? 'unknown', note: 'the address that the first server saw' },
    ...balancers.map((address) => ({ what: 'Load balancer', name: address, note: 'passed your request on' })),
    { what: 'Web server', name: webServerOf(request), note: 'found no file of that name, so it asked' },
    { what: 'Application server', name: env.server, note: `at ${env.host.address}:${env.host.port}, wrote this page` },
    { what: 'Release', name: env.release, note: 'the version of the code that it runs' },
    await databaseStation(env),
  ]
  const content = html`
    <h1>Your request came through</h1>
    <ol class="stations">
      ${stations.map(station)}
    </ol>
    <h2>What the servers wrote into it</h2>
    <table>
      ${['x-forwarded-for', 'via', 'traceparent'].map((name) => headerRow(request, name))}
    </table>
  `
  return page(request, env, { title: 'Servers', content })
}

async function databaseStation(env) {
  try {
    const { rows } = await env.db.execute('SELECT sqlite_version() AS version')
    return { what: 'Database', name: env.database ?? 'the database', note: `SQLite ${rows[0].version}` }
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    return { what: 'Database', name: 'does not answer', note: 'this page can do without it', away: true }
  }
}

function station({ what, name, note, away = false }) {
  return html`
    <li class="${away ? 'away' : ''}">
      <span class="what">${what}</span>
      <b>${name}</b>
      <span class="small">${note}</span>
    </li>
  `
}

function headerRow(request, name) {
  return html`
    <tr>
      <th scope="row">${name}</th>
      <td><code>${request.headers.get(name) ?? '-'}</code></td>
    </tr>
  `
}

function listOf(header) {
  return header === null ? [] : header.split(',').map((part) => part.trim())
}
