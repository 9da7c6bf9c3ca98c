/** The ways to choose a server (HAProxy manual, section 4.2 `balance`), free of any I/O. */

/** What an algorithm knows of a server. Weights are 1 to 256; who has weight 0 or is down is not offered. */
export interface Candidate {
  readonly name: string
  readonly weight: number
  /** Requests that it works on now. */
  readonly sessions: number
}

export interface Balancer<C extends Candidate> {
  /** Chooses one of `candidates` (never empty, in the order of the file). `client` is the client's address. */
  choose(candidates: readonly C[], client: string): C
  /** What the next choice goes by: a value for each candidate, as it is now. Changes nothing. */
  weigh(candidates: readonly C[], client: string): Weighing
  /** What the last choice needed besides: the places that were drawn. */
  readonly detail?: string
}

/**
 * `credit`: the turns that a server has saved with this one, the most wins; `sessions`: requests for its weight, the
 * fewest win; `hash`, `draw`: each has its part of the line of all weights, `detail` is the place on it; `first`: the
 * order of the file.
 */
export interface Weighing {
  readonly reason: 'credit' | 'sessions' | 'hash' | 'draw' | 'first'
  readonly values: readonly number[]
  readonly detail: string
}

/** A random number in [0, 1). */
export type Random = () => number

/** By HAProxy's name of the algorithm. */
export function createBalancer<C extends Candidate>(
  algorithm: 'roundrobin' | 'leastconn' | 'source' | 'random' | 'first',
  random: Random = Math.random,
): Balancer<C> {
  switch (algorithm) {
    case 'roundrobin':
      return new SmoothRoundRobin<C>()
    case 'leastconn':
      return new LeastConnections<C>()
    case 'source':
      return {
        choose: chooseBySource,
        weigh: (candidates, client) => ({
          reason: 'hash',
          values: places(candidates),
          detail: (hashAddress(client) / 2 ** 32).toFixed(3),
        }),
      }
    case 'random':
      return new RandomDraw<C>(random)
    case 'first':
      return {
        choose: (candidates) => first(candidates),
        weigh: (candidates) => ({ reason: 'first', values: candidates.map((_, at) => at), detail: '' }),
      }
  }
}

/**
 * The servers of which one is chosen: the usable ones that are not backups, or, when none of them is left, the first
 * usable backup (HAProxy without `option allbackups`).
 */
export function eligible<C extends Candidate & { readonly backup: boolean }>(usable: readonly C[]): readonly C[] {
  const active = usable.filter((server) => !server.backup)
  return active.length > 0 ? active : usable.slice(0, 1)
}

/**
 * Weighted round robin without bursts: weights 3 and 1 give A A B A, not A A A B. Each turn every server gains its weight;
 * the richest is chosen and pays the sum of all weights.
 */
class SmoothRoundRobin<C extends Candidate> implements Balancer<C> {
  private readonly credit = new Map<string, number>()

  choose(candidates: readonly C[]): C {
    let total = 0
    let best = first(candidates)
    let bestCredit = Number.NEGATIVE_INFINITY
    for (const candidate of candidates) {
      const credit = (this.credit.get(candidate.name) ?? 0) + candidate.weight
      this.credit.set(candidate.name, credit)
      total += candidate.weight
      if (credit > bestCredit) [best, bestCredit] = [candidate, credit]
    }
    this.credit.set(best.name, bestCredit - total)
    return best
  }

  weigh(candidates: readonly C[]): Weighing {
    const values = candidates.map(({ name, weight }) => (this.credit.get(name) ?? 0) + weight)
    return { reason: 'credit', values, detail: '' }
  }
}

/** The fewest sessions for its weight; among equals in turn, so that an idle pair shares the work. */
class LeastConnections<C extends Candidate> implements Balancer<C> {
  private readonly turns = new SmoothRoundRobin<C>()

  choose(candidates: readonly C[]): C {
    const load = (candidate: C): number => candidate.sessions / candidate.weight
    const least = Math.min(...candidates.map(load))
    return this.turns.choose(candidates.filter((candidate) => load(candidate) === least))
  }

  weigh(candidates: readonly C[]): Weighing {
    return { reason: 'sessions', values: candidates.map(({ sessions, weight }) => sessions / weight), detail: '' }
  }
}

/**
 * The same client reaches the same server as long as the set of servers stays: its address picks a place on the line of
 * all weights (HAProxy's map-based hash).
 */
function chooseBySource<C extends Candidate>(candidates: readonly C[], client: string): C {
  return atPlace(candidates, hashAddress(client) / 2 ** 32)
}

/** Two draws by weight, the less loaded of them wins (HAProxy's `random` draws twice as well). */
class RandomDraw<C extends Candidate> implements Balancer<C> {
  detail = ''
  private readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  choose(candidates: readonly C[]): C {
    const [left, right] = [this.random(), this.random()]
    this.detail = `${left.toFixed(3)} ${right.toFixed(3)}`
    const one = atPlace(candidates, left)
    const other = atPlace(candidates, right)
    return other.sessions / other.weight < one.sessions / one.weight ? other : one
  }

  weigh(candidates: readonly C[]): Weighing {
    return { reason: 'draw', values: candidates.map(({ sessions, weight }) => sessions / weight), detail: '' }
  }
}

/** Where the part of each candidate on the line of all weights ends, 0 to 1. */
function places<C extends Candidate>(candidates: readonly C[]): readonly number[] {
  const all = candidates.reduce((sum, { weight }) => sum + weight, 0)
  let end = 0
  return candidates.map(({ weight }) => (end += weight) / all)
}

/** `fraction` is in [0, 1): a place on the line on which each candidate is as long as its weight. */
function atPlace<C extends Candidate>(candidates: readonly C[], fraction: number): C {
  let left = fraction * candidates.reduce((sum, candidate) => sum + candidate.weight, 0)
  for (const candidate of candidates) {
    left -= candidate.weight
    if (left < 0) return candidate
  }
  return first(candidates)
}

/** 32 bits of FNV-1a with a final mix: neighbouring addresses must not land on the same server. */
export function hashAddress(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function first<C>(candidates: readonly C[]): C {
  const candidate = candidates[0]
  if (candidate === undefined) throw new RangeError('there is no server to choose from')
  return candidate
}
