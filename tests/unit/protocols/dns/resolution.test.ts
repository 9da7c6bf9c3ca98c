import { describe, expect, it } from 'vitest'
import { ResolverCache } from '../../../../services/protocols/dns/cache.ts'
import { encodeQuery } from '../../../../services/protocols/dns/client.ts'
import { RCODES, RECORD_TYPES, rcodeName, type RecordType } from '../../../../services/protocols/dns/codes.ts'
import { describeRecords } from '../../../../services/protocols/dns/describe.ts'
import { decodeMessage, type Message } from '../../../../services/protocols/dns/message.ts'
import { Resolution } from '../../../../services/protocols/dns/resolution.ts'
import { Responder } from '../../../../services/protocols/dns/responder.ts'
import { zoneOf } from './zones.ts'

/** A cache and an authoritative server that talk without sockets, at a time that the test sets. */
class Dialogue {
  nowMs = 1_000_000
  readonly cache: ResolverCache
  private server = new Responder([])

  constructor(lines: string, limits: { maxEntries?: number; maxTtl?: number; maxNegativeTtl?: number } = {}) {
    const { maxEntries = 100, maxTtl = 86_400, maxNegativeTtl = 3600 } = limits
    this.cache = new ResolverCache(
      { maxEntries, maxTtlSeconds: maxTtl, maxNegativeTtlSeconds: maxNegativeTtl },
      () => this.nowMs,
    )
    this.serve(lines)
  }

  serve(lines: string): void {
    this.server = new Responder([zoneOf(lines)])
  }

  /** What was said, one line each: `? A name` to the server, then the answer to the client. */
  ask(name: string, type: RecordType = 'A', answer = (query: Buffer) => this.authoritative(query)): string[] {
    const said: string[] = []
    const resolution = new Resolution(this.cache, { name: `${name}.`, type: RECORD_TYPES[type], class: 1 })
    while (resolution.step.kind === 'ask') {
      const { question } = resolution.step
      const asked = Object.entries(RECORD_TYPES).find(([, code]) => code === question.type)?.[0] ?? ''
      said.push(`? ${asked} ${question.name}`)
      resolution.take(answer(encodeQuery({ id: 1, name: question.name, type: question.type })))
    }
    const { answer: told } = resolution.step
    const age = told.ageSeconds === null ? '' : ` (${told.ageSeconds} s old)`
    said.push(`${rcodeName(told.rcode)} ${describeRecords(told)}${age}`.trim())
    return said
  }

  authoritative(query: Buffer): Message | null {
    const reply = this.server.respond(query, 'tcp')
    return reply === null ? null : decodeMessage(reply.bytes)
  }
}

describe('a question', () => {
  it('goes to the server once, then the TTL counts down in the cache until it is asked again', () => {
    const dns = new Dialogue('www 60 A 127.10.0.10')
    expect(dns.ask('www.foobar.com')).toEqual(['? A www.foobar.com.', 'NOERROR 127.10.0.10 ttl 60'])
    dns.nowMs += 12_000
    expect(dns.ask('www.foobar.com')).toEqual(['NOERROR 127.10.0.10 ttl 48 (12 s old)'])
    dns.nowMs += 47_001
    expect(dns.ask('WWW.Foobar.com')).toEqual(['NOERROR 127.10.0.10 ttl 1 (59 s old)'])
    dns.nowMs += 999
    expect(dns.ask('www.foobar.com')).toEqual(['? A www.foobar.com.', 'NOERROR 127.10.0.10 ttl 60'])
  })

  it('is answered with the old address as long as the cache has it, whatever the zone says by now', () => {
    const dns = new Dialogue('www 60 A 127.10.0.21')
    dns.ask('www.foobar.com')
    dns.serve('www 60 A 127.10.0.22')
    dns.nowMs += 59_000
    expect(dns.ask('www.foobar.com')).toEqual(['NOERROR 127.10.0.21 ttl 1 (59 s old)'])
    expect(dns.cache.flush('www.foobar.com.')).toBe(1)
    expect(dns.ask('www.foobar.com')).toEqual(['? A www.foobar.com.', 'NOERROR 127.10.0.22 ttl 60'])
  })

  it('that nobody answers fails, and the failure is not remembered', () => {
    const dns = new Dialogue('www A 127.10.0.10')
    expect(dns.ask('www.foobar.com', 'A', () => null)).toEqual(['? A www.foobar.com.', 'SERVFAIL'])
    const refused = (query: Buffer): Message => ({ ...decodeMessage(query), response: true, rcode: RCODES.REFUSED })
    expect(dns.ask('www.foobar.com', 'A', refused)).toEqual(['? A www.foobar.com.', 'SERVFAIL'])
    expect(dns.ask('www.foobar.com')).toEqual(['? A www.foobar.com.', 'NOERROR 127.10.0.10 ttl 60'])
  })

  it('with a TTL of 0 is asked each time', () => {
    const dns = new Dialogue('www 0 A 127.10.0.10')
    const asked = ['? A www.foobar.com.', 'NOERROR 127.10.0.10 ttl 0']
    expect(dns.ask('www.foobar.com')).toEqual(asked)
    expect(dns.ask('www.foobar.com')).toEqual(asked)
  })

  it('is kept no longer than the cap', () => {
    const dns = new Dialogue('www 86400 A 127.10.0.10', { maxTtl: 5 })
    expect(dns.ask('www.foobar.com')).toContain('NOERROR 127.10.0.10 ttl 5')
    dns.nowMs += 5000
    expect(dns.ask('www.foobar.com')).toHaveLength(2)
  })

  it('is not answered by records that it did not lead to', () => {
    const dns = new Dialogue('www A 127.10.0.10')
    dns.ask('www.foobar.com', 'A', (query) => {
      const message = dns.authoritative(query)
      const [record] = message?.answers ?? []
      if (!message || !record) return null
      return { ...message, answers: [...message.answers, { ...record, name: 'victim.foobar.com.' }] }
    })
    expect(dns.ask('victim.foobar.com')).toContain('? A victim.foobar.com.')
  })

  it('that is answered with a referral fails: this resolver asks the servers that it was told', () => {
    const dns = new Dialogue('sub NS ns1.sub\nns1.sub A 127.10.0.54')
    expect(dns.ask('www.sub.foobar.com')).toEqual(['? A www.sub.foobar.com.', 'SERVFAIL'])
  })
})

describe('several addresses', () => {
  it('are answered in turn from the cache, with the lowest TTL for all', () => {
    const dns = new Dialogue('www 60 A 10.0.0.1\nwww 60 A 10.0.0.2\nwww 60 A 10.0.0.3')
    const unequal = (query: Buffer): Message | null => {
      const message = dns.authoritative(query)
      return message && { ...message, answers: message.answers.map((record, at) => ({ ...record, ttl: 60 - at })) }
    }
    expect(dns.ask('www.foobar.com', 'A', unequal).at(-1)).toBe('NOERROR 10.0.0.1, 10.0.0.2, 10.0.0.3 ttl 58')
    const orders = [1, 2, 3].map(() => dns.ask('www.foobar.com').at(-1))
    expect(orders).toEqual([
      'NOERROR 10.0.0.2, 10.0.0.3, 10.0.0.1 ttl 58 (0 s old)',
      'NOERROR 10.0.0.3, 10.0.0.1, 10.0.0.2 ttl 58 (0 s old)',
      'NOERROR 10.0.0.1, 10.0.0.2, 10.0.0.3 ttl 58 (0 s old)',
    ])
  })
})

describe('an alias', () => {
  it('is kept apart from what it stands for: each has its own time', () => {
    const dns = new Dialogue('www 60 CNAME web-a\nweb-a 10 A 10.0.0.1')
    expect(dns.ask('www.foobar.com')).toEqual(['? A www.foobar.com.', 'NOERROR web-a.foobar.com > 10.0.0.1 ttl 10'])
    dns.nowMs += 4000
    expect(dns.ask('web-a.foobar.com')).toEqual(['NOERROR 10.0.0.1 ttl 6 (4 s old)'])
    expect(dns.ask('www.foobar.com')).toEqual(['NOERROR web-a.foobar.com > 10.0.0.1 ttl 6 (4 s old)'])
    dns.nowMs += 6000
    // The alias is still known; only its target is asked for.
    expect(dns.ask('www.foobar.com')).toEqual(['? A web-a.foobar.com.', 'NOERROR web-a.foobar.com > 10.0.0.1 ttl 10'])
  })

  it('that leads out of the zone is followed by another question', () => {
    const dns = new Dialogue('www CNAME www.example.com.')
    const outside = (query: Buffer): Message | null => {
      const asked = decodeMessage(query).questions[0]?.name
      const message = dns.authoritative(query)
      if (asked !== 'www.example.com.' || message === null) return message
      const answer = { name: asked, type: 1, class: 1, ttl: 30, data: { type: 'A', address: '10.9.9.9' } } as const
      return { ...message, rcode: 0, answers: [answer] }
    }
    expect(dns.ask('www.foobar.com', 'A', outside)).toEqual([
      '? A www.foobar.com.',
      '? A www.example.com.',
      'NOERROR www.example.com > 10.9.9.9 ttl 30',
    ])
  })

  it('that leads in a circle fails', () => {
    const dns = new Dialogue('a CNAME b\nb CNAME a')
    expect(dns.ask('a.foobar.com').at(-1)).toBe('SERVFAIL')
    expect(dns.ask('a.foobar.com').at(-1)).toBe('SERVFAIL')
  })

  it('can be asked for itself', () => {
    const dns = new Dialogue('www 60 CNAME web-a\nweb-a A 10.0.0.1')
    dns.ask('www.foobar.com')
    expect(dns.ask('www.foobar.com', 'CNAME')).toEqual(['NOERROR web-a.foobar.com ttl 60 (0 s old)'])
  })
})

describe('that there is nothing', () => {
  it('is remembered for the zone`s negative TTL, a missing name for all types', () => {
    const dns = new Dialogue('www A 10.0.0.1')
    expect(dns.ask('nope.foobar.com')).toEqual(['? A nope.foobar.com.', 'NXDOMAIN ttl 30'])
    dns.nowMs += 10_000
    expect(dns.ask('nope.foobar.com', 'AAAA')).toEqual(['NXDOMAIN ttl 20 (10 s old)'])
    dns.serve('www A 10.0.0.1\nnope A 10.0.0.2')
    expect(dns.ask('nope.foobar.com')).toEqual(['NXDOMAIN ttl 20 (10 s old)'])
    dns.nowMs += 20_000
    expect(dns.ask('nope.foobar.com').at(-1)).toBe('NOERROR 10.0.0.2 ttl 60')
    expect(dns.ask('nope.foobar.com', 'A')).toHaveLength(1)
  })

  it('of a type is remembered for this type alone', () => {
    const dns = new Dialogue('www A 10.0.0.1')
    expect(dns.ask('www.foobar.com', 'AAAA')).toEqual(['? AAAA www.foobar.com.', 'NOERROR ttl 30'])
    expect(dns.ask('www.foobar.com', 'AAAA')).toEqual(['NOERROR ttl 30 (0 s old)'])
    expect(dns.ask('www.foobar.com')).toEqual(['? A www.foobar.com.', 'NOERROR 10.0.0.1 ttl 60'])
  })

  it('is kept no longer than the cap', () => {
    const dns = new Dialogue('www A 10.0.0.1', { maxNegativeTtl: 2 })
    dns.ask('nope.foobar.com')
    dns.nowMs += 2000
    expect(dns.ask('nope.foobar.com')).toHaveLength(2)
  })

  it('is not remembered where no SOA record says for how long', () => {
    const dns = new Dialogue('www A 10.0.0.1')
    const silent = (query: Buffer): Message | null => {
      const message = dns.authoritative(query)
      return message && { ...message, authorities: [] }
    }
    expect(dns.ask('nope.foobar.com', 'A', silent).at(-1)).toBe('NXDOMAIN')
    expect(dns.ask('nope.foobar.com', 'A', silent)).toHaveLength(2)
  })
})
