import { parseZone, type Zone } from '../../../../services/protocols/dns/index.ts'

/** A zone of foobar.com from the lines that a test is about; the lines before them are 1 to 4. */
export const ZONE_HEAD = `$ORIGIN foobar.com.
$TTL 60
@ IN SOA ns1 hostmaster 1 3600 900 604800 30
@ IN NS ns1
`
/** The line on which the text after `ZONE_HEAD` starts. */
export const FIRST_LINE = 5

export function zoneOf(lines: string): Zone {
  return parseZone(`${ZONE_HEAD}ns1 A 127.10.0.53\n${lines}`, 'foobar.com.zone').zone
}

/** A generator of equally spread numbers that starts the same each time (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
