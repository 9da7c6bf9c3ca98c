import { isIPv4, isIPv6 } from './ip.ts'
import { CfgMistake } from './mistake.ts'
import type { Endpoint } from './model.ts'

/** Readers of single values. Each throws `CfgMistake` with what was expected. */

const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** The longest time that HAProxy takes: 2^31 - 1 ms. */
const MAX_DURATION_MS = 2_147_483_647

/** `500ms`, `2s`, `15m`, or plain ms (HAProxy manual, section 2.5). */
export function readDuration(text: string | undefined, what: string): number {
  const match = /^([0-9]{1,12})(us|ms|s|m|h|d)?$/.exec(text ?? '')
  if (!match) throw new CfgMistake(`${what} wants a time such as 500ms, 2s or 15m; it got "${text ?? ''}"`)
  const ms = Math.ceil(Number(match[1]) * (UNIT_MS[match[2] ?? 'ms'] ?? 1))
  if (ms > MAX_DURATION_MS) throw new CfgMistake(`${what}: "${text ?? ''}" is longer than HAProxy can count (24 days)`)
  return ms
}

export function readNumber(text: string | undefined, what: string, least: number, most: number): number {
  const value = /^[0-9]{1,10}$/.test(text ?? '') ? Number(text) : Number.NaN
  if (!(value >= least && value <= most))
    throw new CfgMistake(`${what} wants a number from ${least} to ${most}; it got "${text ?? ''}"`)
  return value
}

/** `127.10.0.21:8080`, `[::1]:8080`. Names are not looked up: in the lab every host has an address. */
export function readEndpoint(text: string | undefined, what: string): Endpoint {
  const match = /^(?:ipv4@|ipv6@)?(\[[^\]]+\]|[^:[\]]+):([0-9]{1,5})$/.exec(text ?? '')
  const address = (match?.[1] ?? '').replace(/^\[|\]$/g, '')
  const port = Number(match?.[2])
  if (!match || !isAddress(address) || !(port >= 1 && port <= 65535))
    throw new CfgMistake(`${what} wants ADDRESS:PORT, such as 127.10.0.21:8080; it got "${text ?? ''}"`)
  return { address, port }
}

export function readAddress(text: string | undefined, what: string): string {
  const address = (text ?? '').replace(/^\[|\]$/g, '')
  if (!isAddress(address)) throw new CfgMistake(`${what} wants an address, such as 127.10.0.10; it got "${text ?? ''}"`)
  return address
}

function isAddress(text: string): boolean {
  return isIPv4(text) || isIPv6(text)
}

const NAME = /^[A-Za-z0-9_.:-]+$/

/** The characters that HAProxy takes in names of sections and servers. */
export function readName(text: string | undefined, what: string): string {
  if (text === undefined) throw new CfgMistake(`${what} wants a name`)
  if (!NAME.test(text)) throw new CfgMistake(`"${text}" cannot be a name: letters, digits, "_", "-", "." and ":" can`)
  return text
}

/** Throws for words that nobody asked for. */
export function noMoreWords(words: readonly string[], expected: number): void {
  const extra = words[expected]
  if (extra !== undefined)
    throw new CfgMistake(`"${extra}" is one word too many behind "${words.slice(0, expected).join(' ')}"`)
}
