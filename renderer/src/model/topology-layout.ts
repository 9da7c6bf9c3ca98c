import type { LinkState, Role } from '../../../services/contract/index.ts'

export interface LayoutHost {
  readonly id: string
  readonly kind: string
  readonly services: readonly { readonly id: string; readonly role: Role }[]
}

export interface CardSizes {
  readonly width: number
  readonly header: number
  readonly row: number
  readonly gapX: number
  readonly gapY: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** The end of a link that is the person's own computer. */
export const CLIENT = 'client'

/** The path of a request reads downwards inside a card. */
const ROLE_ORDER: readonly Role[] = ['dns', 'resolver', 'load-balancer', 'web-server', 'app-server', 'database']

export function byRole<Service extends { readonly role: Role }>(services: readonly Service[]): readonly Service[] {
  return services.toSorted((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role))
}

export function cardHeight(host: LayoutHost, sizes: CardSizes): number {
  return sizes.header + sizes.row * Math.max(1, host.services.length)
}

/**
 * Left to right as a request travels: you, balancer, servers, database; name servers above the first stop. Each host
 * stands in the column of its longest way from the client. The same input always gives the same picture.
 */
export function layOut(
  hosts: readonly LayoutHost[],
  links: readonly LinkState[],
  sizes: CardSizes,
): ReadonlyMap<string, Point> {
  const nameServers = hosts.filter(isNameServer)
  const others = hosts.filter((host) => !isNameServer(host))
  const columns = Object.values(Object.groupBy(rankHosts(others, links), ({ rank }) => rank))
  const places = new Map<string, Point>()
  let x = 0
  for (const column of columns) {
    const heights = (column ?? []).map(({ host }) => cardHeight(host, sizes))
    const total = heights.reduce((sum, height) => sum + height, 0) + sizes.gapY * (heights.length - 1)
    let y = -total / 2
    for (const { host } of column ?? []) {
      places.set(host.id, { x, y })
      y += cardHeight(host, sizes) + sizes.gapY
    }
    x += sizes.width + sizes.gapX
  }
  alignClient(hosts, links, places, sizes)
  placeAbove(nameServers, places, sizes)
  return places
}

/** Puts the browser's row beside the row that it opens, so that the first link runs straight. */
function alignClient(
  hosts: readonly LayoutHost[],
  links: readonly LinkState[],
  places: Map<string, Point>,
  sizes: CardSizes,
): void {
  const client = hosts.find((host) => host.kind === 'client')
  const entry = links.find((link) => link.from === CLIENT && link.protocol !== 'DNS')?.to
  const host = hosts.find(({ services }) => services.some((service) => service.id === entry))
  const place = host && places.get(host.id)
  if (!client || !host || !place) return
  const row = host.services.findIndex((service) => service.id === entry)
  places.set(client.id, { x: places.get(client.id)?.x ?? 0, y: place.y + row * sizes.row })
}

function placeAbove(nameServers: readonly LayoutHost[], places: Map<string, Point>, sizes: CardSizes): void {
  const x = sizes.width + sizes.gapX
  const inColumn = [...places.values()].filter((place) => place.x === x)
  let y = Math.min(...inColumn.map((place) => place.y), 0)
  for (const host of nameServers.toReversed()) {
    y -= cardHeight(host, sizes) + sizes.gapY
    places.set(host.id, { x, y })
  }
}

function isNameServer(host: LayoutHost): boolean {
  return host.services.length > 0 && host.services.every(({ role }) => role === 'dns' || role === 'resolver')
}

interface RankedHost {
  readonly host: LayoutHost
  readonly rank: number
}

/** The longest way from the client in links; bounded by the number of hosts, so that a circle ends too. */
function rankHosts(hosts: readonly LayoutHost[], links: readonly LinkState[]): readonly RankedHost[] {
  const hostOf = hostIndex(hosts)
  const ranks = new Map(hosts.map((host) => [host.id, host.kind === 'client' ? 0 : 1]))
  for (let round = 0; round < hosts.length; round++) {
    for (const link of links) {
      const from = hostOf(link.from)
      const to = hostOf(link.to)
      if (from === null || to === null || from === to) continue
      ranks.set(to, Math.min(hosts.length, Math.max(ranks.get(to) ?? 1, (ranks.get(from) ?? 0) + 1)))
    }
  }
  const asked = new Set(links.flatMap(({ from, to }) => (hostOf(from) === hostOf(to) ? [] : [hostOf(to)])))
  return hosts.map((host) => {
    // Nobody asks a server yet that is only just coming: it stands with its like.
    const peers = asked.has(host.id)
      ? []
      : hosts.filter((other) => asked.has(other.id) && rolesOf(other) === rolesOf(host))
    return { host, rank: Math.max(ranks.get(host.id) ?? 1, ...peers.map(({ id }) => ranks.get(id) ?? 1)) }
  })
}

function rolesOf({ services }: LayoutHost): string {
  return byRole(services)
    .map(({ role }) => role)
    .join()
}

/** Finds the host of a link's end. */
export function hostIndex(hosts: readonly LayoutHost[]): (end: string) => string | null {
  const index = new Map(hosts.flatMap((host) => host.services.map((service) => [service.id, host.id] as const)))
  const client = hosts.find((host) => host.kind === 'client')
  return (end) => (end === CLIENT ? (client?.id ?? null) : (index.get(end) ?? null))
}
