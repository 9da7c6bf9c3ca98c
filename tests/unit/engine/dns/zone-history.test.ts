import { expect, it } from 'vitest'
import { ZoneHistory } from '../../../../services/engine/dns/zone-history.ts'

const zone = (lines: string): string =>
  `$ORIGIN foobar.com.\n$TTL 60\n@ IN SOA ns1 hostmaster 1 1 1 1 30\n@ IN NS ns1\nns1 IN A 127.10.0.53\n${lines}\n`
const NAME = 'www.foobar.com'

it('says since when the zone says otherwise than what is remembered', () => {
  const history = new ZoneHistory(zone('www IN A 127.10.0.10'))
  history.take(zone('www IN A 127.10.0.21'), 1000)
  expect(history.stale(NAME, 'A', ['127.10.0.10'], 1500)).toEqual({ zone: ['127.10.0.21'], sinceMs: 1000 })
  expect(history.stale('WWW.foobar.com', 'A', ['127.10.0.21'], 1500)).toBeNull()
  expect(history.changedAtMs).toBe(1000)
})

it('judges a moment by what the zone said then', () => {
  const history = new ZoneHistory(zone('www IN A 127.10.0.10'))
  history.take(zone('www IN A 127.10.0.21'), 1000)
  history.take(zone('www IN A 127.10.0.22'), 2000)
  expect(history.stale(NAME, 'A', ['127.10.0.10'], 500)).toBeNull()
  expect(history.stale(NAME, 'A', ['127.10.0.10'], 1500)?.zone).toEqual(['127.10.0.21'])
  expect(history.stale(NAME, 'A', ['127.10.0.21'], 2500)).toEqual({ zone: ['127.10.0.22'], sinceMs: 2000 })
})

it('knows of names that came and went, of aliases, and that the order of records means nothing', () => {
  const history = new ZoneHistory(zone('www IN A 127.10.0.10\nwww IN A 127.10.0.11'))
  history.take(zone('www IN A 127.10.0.11\nwww IN A 127.10.0.10'), 1000)
  expect(history.changedAtMs).toBeNull()
  history.take(zone('new IN A 127.10.0.10\nwww IN CNAME new'), 2000)
  expect(history.stale('new.foobar.com', 'A', [], 3000)?.zone).toEqual(['127.10.0.10'])
  expect(history.stale(NAME, 'A', ['127.10.0.10', '127.10.0.11'], 3000)?.zone).toEqual(['new.foobar.com'])
  history.take(zone(''), 4000)
  expect(history.stale(NAME, 'A', ['127.10.0.10'], 5000)?.zone).toEqual([])
})

it('goes by what is served: a text with a mistake changes nothing', () => {
  const history = new ZoneHistory(zone('www IN A 127.10.0.10'))
  history.take(zone('www IN A 127.10'), 1000)
  expect(history.stale(NAME, 'A', ['127.10.0.10'], 1500)).toBeNull()
})
