import { describe, expect, it } from 'vitest'
import { readFileTarget } from '../../../../services/protocols/http-static/target.ts'

describe('readFileTarget', () => {
  it.each([
    ['/', [], true],
    ['/index.html', ['index.html'], false],
    ['/assets/style.css?v=2#x', ['assets', 'style.css'], false],
    ['/docs/', ['docs'], true],
    ['/caf%C3%A9.txt', ['café.txt'], false],
    ['/100%25.txt', ['100%.txt'], false],
    ['/a%20b.txt', ['a b.txt'], false],
    ['/a..b/c', ['a..b', 'c'], false],
    ['/.well-known/security.txt', ['.well-known', 'security.txt'], false],
    ['http://www.foobar.com/a.css?x', ['a.css'], false],
    ['http://www.foobar.com', [], true],
  ])('%s may be a file', (target, segments, folder) =>
    expect(readFileTarget(target)).toEqual({ kind: 'path', segments, folder }),
  )

  it.each([
    '*',
    '/.env',
    '/.git/config',
    '//etc/passwd',
    '/a//b',
    '/a%2Fb',
    '/./a',
    '/c:/x',
    '/a.css:$DATA',
    '/a.',
    '/a%20',
  ])('%s is no file, but may be a path of the application', (target) =>
    expect(readFileTarget(target)).toEqual({ kind: 'none' }),
  )

  it.each([
    '/../etc/passwd',
    '/a/../../etc/passwd',
    '/..',
    '/%2e%2e/etc/passwd',
    '/.%2E/etc/passwd',
    '/%252e%252e/etc/passwd',
    '/%252e%252e%252fetc%252fpasswd',
    '/%25252e%25252e/etc/passwd',
    '/..%2fetc/passwd',
    '/..%5cwindows',
    '/..%255cwindows',
    '/a\\b',
    '/a%5Cb',
    '/a%00.css',
    '/a%2500.css',
    '/%',
    '/%zz',
    '/%c3',
    '/%c0%ae%c0%ae/etc/passwd',
    '/../etc/passwd?x=/ok',
    'http://www.foobar.com/../etc/passwd',
    'etc/passwd',
    '',
  ])('%s is refused', (target) => expect(readFileTarget(target).kind).toBe('refused'))
})
