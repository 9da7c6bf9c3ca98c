import { html } from './html.js'

const links = [
  { path: '/', name: 'Home' },
  { path: '/guestbook', name: 'Guestbook' },
  { path: '/servers', name: 'Servers' },
  { path: '/about', name: 'About' },
]

/** A whole page as a Response: `content` goes between the header and the footer, which all pages share. */
export function page(request, env, { title, content, status = 200, headers = {} }) {
  const { pathname } = new URL(request.url)
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · foobar.com</title>
        <link rel="icon" href="/favicon.ico" />
        <link rel="stylesheet" href="/assets/style.css" />
        <script src="/assets/app.js" defer></script>
      </head>
      <body>
        <header>
          <a class="brand" href="/"><img src="/assets/logo.svg" alt="" width="32" height="32" /> foobar.com</a>
          <nav aria-label="Pages">${links.map((link) => navLink(link, pathname))}</nav>
        </header>
        <main>${content}</main>
        <footer>
          <span>${webServerOf(request)}</span>
          <span>${env.server}</span>
          <span class="release">release ${env.release}</span>
        </footer>
      </body>
    </html>`
  return new Response(document.toString(), {
    status,
    // Every visit shall show which server answers now.
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}

/** The web server writes its name into the request that it passes on. */
export function webServerOf(request) {
  return request.headers.get('x-web-server') ?? 'no web server'
}

function navLink({ path, name }, current) {
  return path === current
    ? html`<a href="${path}" aria-current="page">${name}</a>`
    : html`<a href="${path}">${name}</a>`
}
