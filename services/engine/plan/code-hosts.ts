import type { Role } from '../../contract/index.ts'
import type { LabPlan } from './lab-plan.ts'

export function servesCode(role: Role): role is 'web-server' | 'app-server' {
  return role === 'web-server' || role === 'app-server'
}

/** The hosts that have a codebase. */
export function codeHosts(plan: LabPlan): readonly string[] {
  return [...new Set(plan.services.filter((service) => servesCode(service.spec.role)).map((service) => service.host))]
}
