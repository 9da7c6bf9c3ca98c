import type { Role } from '../../contract/index.ts'
import { appServerRole } from './app-server.ts'
import { databaseRole } from './database.ts'
import { dnsRole } from './dns.ts'
import type { RoleDriver } from './driver.ts'
import { loadBalancerRole } from './load-balancer.ts'
import { resolverRole } from './resolver.ts'
import { webServerRole } from './web-server.ts'

const ROLES: { readonly [R in Role]: RoleDriver<R> } = {
  dns: dnsRole,
  resolver: resolverRole,
  'load-balancer': loadBalancerRole,
  'web-server': webServerRole,
  'app-server': appServerRole,
  database: databaseRole,
}

/** The driver of a role. Its services are planned with the same role, which the type cannot say. */
export function roleOf(role: Role): RoleDriver<Role> {
  return ROLES[role] as RoleDriver<Role>
}
