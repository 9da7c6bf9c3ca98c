import { html } from './html.js'
import { page, webServerOf } from './layout.js'

export function homePage(request, env) {
  const content = html`
    <section>
      <p class="big-release">${env.release}</p>
      <h1>Hello from ${env.server}</h1>
      <p class="lead">A page travels through several servers before it reaches you. These have written this one:</p>
      <dl class="cards">
        <div>
          <dt>Web server</dt>
          <dd>${webServerOf(request)}</dd>
        </div>
        <div>
          <dt>Application server</dt>
          <dd>${env.server}</dd>
        </div>
        <div>
          <dt>Release</dt>
          <dd>${env.release}</dd>
        </div>
      </dl>
    </section>
    <section>
      <h2>Try it</h2>
      <ul>
        <li>Load this page again: does the same server answer?</li>
        <li>Write something into the <a href="/guestbook">guestbook</a>: all servers share one database.</li>
        <li>Read what is <a href="/about">new in this release</a>. Does every server know that page yet?</li>
        <li>Follow your request through all of its <a href="/servers">servers</a>.</li>
      </ul>
    </section>
  `
  return page(request, env, { title: 'Home', content })
}

export function aboutPage(request, env) {
  const content = html`
    <h1>New in ${env.release}</h1>
    <ul>
      <li>The site is green, and the home page shows the release in big letters.</li>
      <li>This page is there. In v1 the same address is answered by “not found”.</li>
    </ul>
    <h2>While a new release is rolled out</h2>
    <p>
      For a while some servers run the old release and some the new one. Load this page a few times then: a visitor who
      follows the link to it may meet a server that does not know it yet.
    </p>
    <p>
      That is why a release adds first and removes later: the database's table is the same in v1 and v2, so both can
      work on it at the same time.
    </p>
  `
  return page(request, env, { title: 'About', content })
}

export function notFoundPage(request, env) {
  const { pathname } = new URL(request.url)
  const content = html`
    <h1>Not found</h1>
    <p>Release ${env.release} of this site has no page <code>${pathname}</code>.</p>
    <p><a href="/">Go to the home page</a></p>
  `
  return page(request, env, { title: 'Not found', content, status: 404 })
}

export function wrongMethodPage(request, env, allowed) {
  const content = html`
    <h1>That does not work here</h1>
    <p>This page cannot be asked with ${request.method}, only with ${allowed.join(' or ')}.</p>
  `
  return page(request, env, {
    title: 'Method not allowed',
    content,
    status: 405,
    headers: { allow: allowed.includes('GET') ? ['HEAD', ...allowed].join(', ') : allowed.join(', ') },
  })
}

export function databaseAwayPage(request, env) {
  const content = html`
    <h1>The guestbook is closed for a moment</h1>
    <p>
      ${env.server} works, but its database does not answer. Nothing is lost: what was written stays in the database's
      file.
    </p>
    <p><a href="${new URL(request.url).pathname}">Try again</a></p>
  `
  return page(request, env, { title: 'Database away', content, status: 503, headers: { 'retry-after': '5' } })
}
