import { describe, expect, it } from 'vitest'
import type { Backend, HaproxyCfg } from '../../../../services/protocols/haproxy-cfg/model.ts'
import { formatProblems, parseHaproxyCfg } from '../../../../services/protocols/haproxy-cfg/parse.ts'

const FRONT = 'frontend www\n  bind 127.0.0.1:8080\n  default_backend servers\n'

function config(text: string): HaproxyCfg {
  const parsed = parseHaproxyCfg(text)
  expect(parsed.problems).toBeNull()
  if (parsed.config === null) throw new Error('not accepted')
  return parsed.config
}

function backend(lines: readonly string[], defaults: readonly string[] = []): Backend {
  const [found] = config(`defaults\n${defaults.join('\n')}\n${FRONT}backend servers\n${lines.join('\n')}\n`).backends
  if (!found) throw new Error('no backend')
  return found
}

/** The problem of one line in a backend (line 5 of the file), or null. */
function problemOf(line: string): string | null {
  const parsed = parseHaproxyCfg(`${FRONT}backend servers\n  ${line}\n`)
  return parsed.problems === null ? null : formatProblems('haproxy.cfg', parsed.problems)
}

describe('parseHaproxyCfg', () => {
  it('reads everything that the lab writes', () => {
    const { global, frontends, backends } = config(`# comment
global
    maxconn 4096   # behind a line
    log stdout format raw local0
    stats socket ipv4@127.10.0.10:9910 level admin
defaults
    mode http
    log global
    timeout connect 2s
    timeout client 15m
    timeout check 500
    option redispatch 1
    option forwardfor
    retries 2
    retry-on all-retryable-errors
${FRONT}backend servers
    balance leastconn
    option httpchk GET /healthz
    http-check expect status 200,300-302
    http-response add-header Via "1.1 lb-1"
    default-server check inter 500ms fastinter 100ms rise 2 fall 2
    server web-1 127.10.0.21:8080 weight 3 source 127.10.0.10
    server web-2 [::1]:8080 backup maxconn 5 disabled no-check downinter 1s
`)
    expect(global).toEqual({
      maxconn: 4096,
      statsSocket: { address: '127.10.0.10', port: 9910, level: 'admin', line: 5 },
    })
    expect(frontends[0]).toMatchObject({
      name: 'www',
      defaultBackend: 'servers',
      forwardFor: true,
      binds: [{ address: '127.0.0.1', port: 8080, line: 17 }],
    })
    expect(frontends[0]?.timeouts).toMatchObject({ connect: 2000, client: 900_000, check: 500, server: null })
    expect(backends[0]).toMatchObject({
      balance: 'leastconn',
      httpCheck: {
        method: 'GET',
        uri: '/healthz',
        version: 'HTTP/1.0',
        expect: [
          [200, 200],
          [300, 302],
        ],
      },
      redispatch: 1,
      retries: 2,
      retryOn: ['conn-failure', 'empty-response', 'junk-response', 'response-timeout', '500', '502', '503', '504'],
      responseHeaders: [{ name: 'Via', value: '1.1 lb-1' }],
    })
    const checked = { check: true, interMs: 500, fastInterMs: 100, rise: 2, fall: 2 }
    expect(backends[0]?.servers).toEqual([
      {
        name: 'web-1',
        line: 25,
        address: '127.10.0.21',
        port: 8080,
        ...checked,
        downInterMs: null,
        weight: 3,
        backup: false,
        disabled: false,
        source: '127.10.0.10',
        maxconn: null,
      },
      {
        name: 'web-2',
        line: 26,
        address: '::1',
        port: 8080,
        ...checked,
        check: false,
        downInterMs: 1000,
        weight: 1,
        backup: true,
        disabled: true,
        source: null,
        maxconn: 5,
      },
    ])
  })

  it('has HAProxy’s defaults', () => {
    expect(backend(['server a 127.0.0.1:1'])).toMatchObject({
      balance: 'roundrobin',
      httpCheck: null,
      redispatch: null,
      retries: 3,
      retryOn: ['conn-failure'],
      servers: [{ check: false, interMs: 2000, rise: 2, fall: 3, weight: 1, maxconn: null }],
    })
  })

  it('lets a later defaults section start anew', () => {
    const { backends } = config(`defaults\n retries 7\n${FRONT}defaults\n timeout server 1s\nbackend servers\n`)
    expect(backends[0]).toMatchObject({ retries: 3 })
    expect(backends[0]?.timeouts.server).toBe(1000)
  })

  it.each([
    ['option httpchk', { method: 'OPTIONS', uri: '/', version: 'HTTP/1.0' }],
    ['option httpchk /x', { method: 'OPTIONS', uri: '/x', version: 'HTTP/1.0' }],
    ['option httpchk HEAD /x HTTP/1.1', { method: 'HEAD', uri: '/x', version: 'HTTP/1.1' }],
  ])('%s', (line, expected) => {
    expect(backend([line]).httpCheck).toMatchObject(expected)
  })

  it('reads option redispatch without a number as "on the last retry"', () => {
    expect(backend(['option redispatch']).redispatch).toBe(-1)
  })

  it.each([
    ['blance roundrobin', 'unknown keyword "blance". Did you mean "balance"?'],
    ['frobnicate', 'unknown keyword "frobnicate".'],
    ['bind 127.0.0.1:1', '"bind" has no place in a "backend" section'],
    ['balance uri', 'unknown balance algorithm "uri".'],
    ['balance roundrobbin', 'unknown balance algorithm "roundrobbin". Did you mean "roundrobin"?'],
    ['balance roundrobin now', '"now" is one word too many behind "balance roundrobin"'],
    ['mode tcp', 'only "mode http" is supported; it got "tcp"'],
    ['option abortonclose', 'unknown option "abortonclose".'],
    ['option dontlognull', '"option dontlognull" has no place in a "backend" section'],
    ['timeout conect 2s', 'unknown timeout "conect". Did you mean "connect"?'],
    ['timeout connect soon', 'timeout connect wants a time such as 500ms, 2s or 15m; it got "soon"'],
    ['timeout connect 30d', 'timeout connect: "30d" is longer than HAProxy can count (24 days)'],
    ['retries many', 'retries wants a number from 0 to 1000; it got "many"'],
    ['retry-on always', 'unknown retry-on reason "always".'],
    ['retry-on none 503', 'retry-on none stands alone'],
    ['http-check expect string ok', 'unknown http-check expect keyword "string".'],
    ['http-check expect status 2xx', 'http-check expect status wants codes such as 200 or 200-399; it got "2xx"'],
    ['http-response set-header A b', 'unknown http-response action "set-header". Did you mean "add-header"?'],
    [
      'http-response add-header A %[src]',
      'variables ("%") are not supported in a header value; write "%%" for a percent sign',
    ],
    ['http-response add-header Content-Length 5', '"Content-Length" is the balancer\'s own to write'],
    ['server web-1', 'server web-1 wants ADDRESS:PORT, such as 127.10.0.21:8080; it got ""'],
    [
      'server web-1 example.com:80',
      'server web-1 wants ADDRESS:PORT, such as 127.10.0.21:8080; it got "example.com:80"',
    ],
    [
      'server web-1 127.0.0.256:80',
      'server web-1 wants ADDRESS:PORT, such as 127.10.0.21:8080; it got "127.0.0.256:80"',
    ],
    ['server web-1 127.0.0.1:80 chek', 'unknown server keyword "chek". Did you mean "check"?'],
    ['server web-1 127.0.0.1:80 weight 300', 'weight wants a number from 0 to 256; it got "300"'],
    ['server web-1 127.0.0.1:80 inter 0', 'inter cannot be 0: checks need time between them'],
    ['server w/1 127.0.0.1:80', '"w/1" cannot be a name: letters, digits, "_", "-", "." and ":" can'],
    ['server "web-1 127.0.0.1:80', 'a quote (") is opened but never closed'],
    ['default-server source nowhere', 'source wants an address, such as 127.10.0.10; it got "nowhere"'],
  ])('%s: %s', (line, sentence) => {
    expect(problemOf(line)).toBe(`haproxy.cfg:5: ${sentence}`)
  })

  it('finds all mistakes at once, in the order of the lines', () => {
    const { problems } = parseHaproxyCfg(
      'global\n stats timeout 5s\n maxcon 5\ndefaults\n retries x\nfrontend www\n default_backend nobody\nbackend a\nbackend a\n server s 1.2.3.4:5\n server s 1.2.3.4:5\n',
    )
    expect(problems?.map((problem) => problem.line)).toEqual([2, 3, 5, 6, 7, 9, 11])
    expect(problems?.at(-1)?.sentence).toBe('server "s" is defined twice; the first is on line 10')
  })

  it('does not go on about the lines of a section that it does not know', () => {
    const { problems } = parseHaproxyCfg(`listen x\n bind :1\n foo\n${FRONT}backend servers\n`)
    expect(problems).toEqual([{ line: 1, sentence: '"listen" is not supported; write a "frontend" and a "backend"' }])
  })

  it.each(['', 'global\n maxconn 5\n'])('wants a frontend: %j', (text) => {
    expect(parseHaproxyCfg(text).problems?.[0]?.sentence).toMatch(/no "frontend" section/)
  })

  it('wants a section first', () => {
    expect(parseHaproxyCfg('balance first\n').problems?.[0]).toMatchObject({
      line: 1,
      sentence: expect.stringMatching(/before any section/),
    })
  })
})
