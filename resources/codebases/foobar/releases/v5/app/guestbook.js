import { isDatabaseAway } from './database.js'
import { html } from './html.js'
import { page } from './layout.js'
import { databaseAwayPage } from './pages.js'

const NAME_LENGTH = 40
const MESSAGE_LENGTH = 500
const ENTRIES_SHOWN = 50

// It costs nothing when the table is there already, so it goes along with every statement.
const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS guestbook (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    server TEXT NOT NULL,
    written_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
  )`

export async function showGuestbook(request, env) {
  try {
    return await guestbookPage(request, env, {})
  } catch (error) {
    if (isDatabaseAway(error)) return databaseAwayPage(request, env)
    throw error
  }
}

export async function addEntry(request, env) {
  const { name, message } = await readForm(request)
  try {
    const problem = findProblem(name, message)
    if (problem !== null) return await guestbookPage(request, env, { name, message, problem })

    // The values travel apart from the SQL text (as ?), so they can never become part of a command.
    const insert = {
      sql: 'INSERT INTO guestbook (name, message, server) VALUES (?, ?, ?)',
      args: [name, message, env.server],
    }
    await env.db.batch([CREATE_TABLE, insert], 'write')
  } catch (error) {
    if (isDatabaseAway(error)) return databaseAwayPage(request, env)
    throw error
  }
  // "See other": the browser now asks for the page, and loading that again does not write a second time.
  return new Response(null, { status: 303, headers: { location: '/guestbook' } })
}

async function readForm(request) {
  try {
    const form = await request.formData()
    return { name: textOf(form, 'name'), message: textOf(form, 'message') }
  } catch {
    return { name: '', message: '' } // That was no form.
  }
}

function textOf(form, field) {
  const value = form.get(field)
  return typeof value === 'string' ? value.trim() : ''
}

/** What is wrong with an entry, or null. The browser checks the same; but nobody has to use a browser. */
function findProblem(name, message) {
  if (name === '' || message === '') return 'Please write your name and a message.'
  if (name.length > NAME_LENGTH) return `A name has at most ${NAME_LENGTH} characters.`
  if (message.length > MESSAGE_LENGTH) return `A message has at most ${MESSAGE_LENGTH} characters.`
  return null
}

async function guestbookPage(request, env, { name = '', message = '', problem = null }) {
  const select = {
    sql: 'SELECT name, message, server, written_at FROM guestbook ORDER BY id DESC LIMIT ?',
    args: [ENTRIES_SHOWN],
  }
  const [, { rows }] = await env.db.batch([CREATE_TABLE, select])
  const content = html`
    <h1>Guestbook</h1>
    <form method="post" action="/guestbook">
      ${problem && html`<p class="problem" role="alert">${problem}</p>`}
      <label>
        Your name
        <input name="name" value="${name}" required maxlength="${NAME_LENGTH}" autocomplete="name" />
      </label>
      <label>
        Your message
        <textarea name="message" rows="3" required maxlength="${MESSAGE_LENGTH}">${message}</textarea>
      </label>
      <button>Write it</button>
    </form>
    <section aria-label="Entries">
      ${rows.length === 0 ? html`<p class="empty">Nobody has written yet. Be the first!</p>` : rows.map(entry)}
    </section>
    <p class="small">Read from ${env.database ?? 'the database'}.</p>
  `
  return page(request, env, { title: 'Guestbook', content, status: problem === null ? 200 : 422 })
}

function entry(row) {
  const when = row.written_at.replace('T', ' ').replace(/:\d\dZ$/, ' UTC')
  return html`
    <article>
      <p class="message">${row.message}</p>
      <p class="small"><b>${row.name}</b>, <time datetime="${row.written_at}">${when}</time>, through ${row.server}</p>
    </article>
  `
}
