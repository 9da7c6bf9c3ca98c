import { describe, expect, it } from 'vitest'
import { contentTypeOf } from '../../../../services/protocols/http-static/content-type.ts'

describe('contentTypeOf', () => {
  it.each([
    ['index.html', 'text/html; charset=utf-8'],
    ['style.css', 'text/css; charset=utf-8'],
    ['app.js', 'text/javascript; charset=utf-8'],
    ['app.mjs', 'text/javascript; charset=utf-8'],
    ['data.json', 'application/json'],
    ['logo.svg', 'image/svg+xml; charset=utf-8'],
    ['PHOTO.JPG', 'image/jpeg'],
    ['favicon.ico', 'image/vnd.microsoft.icon'],
    ['face.woff2', 'font/woff2'],
    ['readme.txt', 'text/plain; charset=utf-8'],
    ['archive.tar.gz', 'application/gzip'],
  ])('%s is %s', (name, type) => expect(contentTypeOf(name)).toBe(type))

  it.each(['program.exe', 'noending', '.html.', 'x.constructor', 'x.__proto__'])('%s is plain bytes', (name) =>
    expect(contentTypeOf(name)).toBe('application/octet-stream'),
  )
})
