import { describe, expect, it } from 'vitest'
import { compileFilter } from '../../../../../services/protocols/packets/filter/compile-filter.ts'
import { parseFilter } from '../../../../../services/protocols/packets/filter/parse-filter.ts'
import { TraceBook } from '../../../../../services/protocols/packets/traces/trace-book.ts'
import { dnsAnswer, dnsQuery, get, ok, post, Recording, rowsBody, sqlBody, traceparent } from '../lab-records.ts'

/** 1-2 DNS, 3 handshake, 4-5 page, 6-7 balancer to web-1 (500), 8-9 database, 10 reset, 11 stranger's bytes. */
const recording = new Recording()
const dns = recording.open({ from: 'client', to: 'dns-1', transport: 'udp' })
dns.send(dnsQuery())
dns.answer(dnsAnswer())
const client = recording.open({ from: 'client', to: 'lb-1', port: 45_000 })
client.handshake()
client.send(get('/guestbook', traceparent()))
client.answer(ok('hello'))
const web = recording.open({ from: 'lb-1', to: 'web-1' })
web.send(post('/guestbook', 'a=1'))
web.answer(ok('oh', '', '500 Internal Server Error'))
const database = recording.open({ from: 'app-1', to: 'db-1' })
database.send(post('/v3/pipeline', sqlBody('SELECT 1')))
database.answer(ok(rowsBody(1)))
web.mark('reset', 'out')
recording.open({ from: 'client', to: 'unknown-1' }).send('?'.repeat(5000))
const packets = recording.dissect(new TraceBook())

function matching(filter: string): number[] {
  const parsed = parseFilter(filter)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return packets.filter(compileFilter(parsed.node)).map(({ no }) => no)
}

describe('a compiled filter', () => {
  it.each<[string, number[]]>([
    ['', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['dns', [1, 2]],
    ['udp', [1, 2]],
    ['tcp and not http', [3, 10, 11]],
    ['http', [4, 5, 6, 7, 8, 9]],
    ['hrana', [8, 9]],
    ['http.request', [4, 6, 8]],
    ['http.response', [5, 7, 9]],
    ['http.status == 500', [7]],
    ['http.status < 500', [5, 9]],
    ['http.status != 500', [5, 9]],
    ['http.method == post', [6, 7, 8, 9]],
    ['http.method != post', [4, 5]],
    ['http.path contains GUEST', [4, 5, 6, 7]],
    ['http.host contains foobar', [4, 5]],
    ['dns.name == www.foobar.com', [1, 2]],
    ['dns.type == A', [1, 2]],
    ['hrana.sql contains select', [8, 9]],
    ['host web-1', [6, 7, 10]],
    ['host server-1', [6, 7, 8, 9, 10, 11]],
    ['host 127.10.0.53', [1, 2]],
    ['from lb-1', [5, 6]],
    ['to client', [2, 5]],
    ['link lb-1 > web-1', [6, 7, 10]],
    ['link web-1 > lb-1', []],
    ['port 45000', [3, 4, 5]],
    ['port != 8080', [1, 2, 8, 9, 11]],
    ['connection 2', [3, 4, 5]],
    ['kind reset or kind handshake', [3, 10]],
    ['length > 1000', [11]],
    ['no <= 2', [1, 2]],
    ['info contains "200 ok"', [5, 9]],
    ['trace 1', [1, 2, 3, 4, 5]],
    ['trace 4bf92f35', [4, 5]],
    ['traced and dns', [1, 2]],
    ['not (http or dns)', [3, 10, 11]],
  ])('%s', (filter, numbers) => {
    expect(matching(filter)).toEqual(numbers)
  })
})
