import type { LabState, TopologySummary } from '../../../services/contract/index.ts'
import { byRole, CLIENT, type LayoutHost } from './topology-layout.ts'

/** The hosts of a running lab with their services, the person's own computer among them. */
export function labHosts(state: Pick<LabState, 'hosts' | 'services'>): readonly LayoutHost[] {
  return withClient(
    state.hosts.map((host) => ({
      id: host.id,
      kind: host.kind,
      services: byRole(state.services.filter((service) => service.host === host.id)),
    })),
  )
}

export function summaryHosts(summary: TopologySummary): readonly LayoutHost[] {
  return withClient(summary.hosts.map((host) => ({ ...host, services: byRole(host.services) })))
}

/** A topology need not name the client: everybody has one. */
function withClient(hosts: readonly LayoutHost[]): readonly LayoutHost[] {
  if (hosts.some((host) => host.kind === 'client')) return hosts
  return [{ id: CLIENT, kind: 'client', services: [] }, ...hosts]
}

/**
 * Which of the series colours of tokens.css a host has, everywhere in the window. Only the hosts that run the
 * application take part: they are what is compared.
 */
export function seriesOf(hosts: readonly LayoutHost[], hostId: string): number | null {
  const servers = hosts.filter((host) => host.services.some((service) => service.role === 'app-server'))
  const index = servers.findIndex((host) => host.id === hostId)
  return index < 0 ? null : (index % 6) + 1
}
