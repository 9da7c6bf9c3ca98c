// Pages are written as text: html`<p>Hello ${name}</p>`. What stands in ${} is escaped, so that a visitor's name can
// never become part of the page's code. Only html`...` itself goes in as it is.

class Html {
  constructor(text) {
    this.text = text
  }

  toString() {
    return this.text
  }
}

export function html(strings, ...values) {
  return new Html(strings.reduce((page, string, index) => page + toText(values[index - 1]) + string))
}

function toText(value) {
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(toText).join('')
  if (value === null || value === undefined || value === false) return ''
  return escape(String(value))
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => entities[character])
}
