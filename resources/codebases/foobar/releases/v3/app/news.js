import { html } from './html.js'
import { page } from './page.js'

const news = [
  { day: '3 March', text: 'The guestbook has its first hundred entries.' },
  { day: '1 March', text: 'The site is green now.' },
]

export function newsPage(request, env) {
  const content = html`
    <h1>News</h1>
    <ul>
      ${news.map(({ day, text }) => html`<li><b>${day}</b> ${text}</li>`)}
    </ul>
  `
  return page(request, env, { title: 'News', content })
}
