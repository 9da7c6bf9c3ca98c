import { describe, expect, it } from 'vitest'
import { appFile, contentType, isAppUrl, isLabFile } from '../../../../electron/main/app-url.ts'

describe('isAppUrl', () => {
  it.each(['app://hoplab/', 'app://hoplab/index.html', 'app://hoplab/index.html#x', 'app://hoplab'])(
    'takes %s',
    (url) => {
      expect(isAppUrl(url)).toBe(true)
    },
  )

  it.each([
    'app://elsewhere/index.html',
    'app://hoplab.example/index.html',
    'app://user@hoplab/',
    'app://hoplab:80/',
    'https://hoplab/index.html',
    'file:///index.html',
    'about:srcdoc',
    'data:text/html,app://hoplab/',
    '',
    'hoplab',
  ])('refuses %s', (url) => {
    expect(isAppUrl(url)).toBe(false)
  })
})

describe('isLabFile', () => {
  it('takes what one of our own pages has made, by its ending', () => {
    expect(isLabFile('blob:app://hoplab/3f1c', 'monday.hoplab')).toBe(true)
    expect(isLabFile('blob:app://hoplab/3f1c', 'monday.sh')).toBe(false)
    expect(isLabFile('blob:https://elsewhere/3f1c', 'monday.hoplab')).toBe(false)
    expect(isLabFile('app://hoplab/monday.hoplab', 'monday.hoplab')).toBe(false)
  })
})

describe('appFile', () => {
  it.each([
    ['app://hoplab/', '/ui/index.html'],
    ['app://hoplab/index.html?x=1#y', '/ui/index.html'],
    ['app://hoplab/assets/a%20b.js', '/ui/assets/a b.js'],
    ['app://hoplab/assets/../index.html', '/ui/index.html'],
  ])('finds %s', (url, file) => {
    expect(appFile('/ui', url)).toBe(file)
  })

  it.each([
    'app://hoplab/..%2f..%2fetc/passwd',
    'app://hoplab/%2e%2e%2f%2e%2e%2fsecret',
    'app://hoplab/..%2fui-other/secret',
    'app://hoplab/a%00.html',
    'app://hoplab/..%5c..%5csecret',
    'app://hoplab/%zz',
    'app://other/index.html',
  ])('leaves the folder by no means: %s', (url) => {
    expect(appFile('/ui', url)).toBeNull()
  })
})

describe('contentType', () => {
  it('knows what pages are made of, and runs nothing else', () => {
    expect(contentType('/ui/index.HTML')).toBe('text/html; charset=utf-8')
    expect(contentType('/ui/a.js')).toBe('text/javascript; charset=utf-8')
    expect(contentType('/ui/font.woff2')).toBe('font/woff2')
    expect(contentType('/ui/strange.exe')).toBe('application/octet-stream')
  })
})
