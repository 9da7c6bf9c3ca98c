import type { AuditPlan, AuditRow, AuditState } from '../../contract/index.ts'
import { predictAudit } from '../../protocols/audit/predict.ts'
import type { Topology } from '../../protocols/topology/schema.ts'
import { linksOf } from '../../protocols/topology/links.ts'

/** An audit in which nothing is broken yet: what the plan alone says of every part. */
export function predictedAudit(topology: Topology): AuditState {
  return {
    topology: topology.name,
    plan: planOf(topology),
    phase: 'predicted',
    startedAtMs: Date.now(),
    endedAtMs: null,
    rows: predictAudit(topology, linksOf(topology)).map((row): AuditRow => ({
      ...row,
      state: 'waiting',
      measured: null,
      failure: null,
      agree: null,
      difference: null,
    })),
    progress: null,
    rate: null,
    baseline: null,
    repaired: null,
    failure: null,
  }
}

function planOf(topology: Topology): AuditPlan {
  return {
    hosts: Object.entries(topology.hosts).map(([id, { services }]) => ({
      id,
      services: Object.entries(services).map(([service, { role }]) => ({ id: service, role })),
    })),
    links: linksOf(topology),
  }
}
