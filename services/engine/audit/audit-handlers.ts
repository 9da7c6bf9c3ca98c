import {
  LabError,
  DESIGN_INPUTS,
  FAULT_INPUTS,
  type AUDIT_INPUTS,
  type AuditState,
  type CommandInput,
  type CommandName,
} from '../../contract/index.ts'
import { auditCsv } from '../../protocols/reports/audit-csv.ts'
import { auditHtml } from '../../protocols/reports/audit-html.ts'
import { auditWords } from '../../protocols/reports/audit-words.ts'
import type { Topology } from '../../protocols/topology/schema.ts'
import type { Engine } from '../create-engine.ts'
import type { HandlersOf } from '../handlers.ts'
import { loadTopologyFile } from '../topologies.ts'
import { predictedAudit } from './prediction.ts'

/** The commands of the audit. */
export const AUDIT_HANDLERS: HandlersOf<typeof AUDIT_INPUTS> = {
  predictAudit: (engine, { topology }) => predict(engine, topology),
  startAudit: (engine, { only }) => engine.lab.audits.start(only),
  stopAudit: (engine) => engine.lab.audits.stop(),
  renderAudit: async (engine, order) => {
    const { name, text } = await render(engine, order)
    return { fileName: `${name}.${order.format}`, text }
  },
  saveAudit: async (engine, order) => {
    const { lab } = engine
    const { name, text } = await render(engine, order)
    return lab.saveReport(name, text, order.format)
  },
}

/** What disturbs an audit, or would be disturbed by one: it breaks one part at a time, and nobody else anything. */
const DISTURBING: ReadonlySet<string> = new Set([
  ...Object.keys(DESIGN_INPUTS),
  ...Object.keys(FAULT_INPUTS),
  ...(['actOnService', 'setAutomaticRestart', 'editZone', 'changeRecord', 'setRecords'] satisfies CommandName[]),
  ...(['compareFailover', 'runRamp', 'setCapacity', 'startTraffic', 'stopTraffic'] satisfies CommandName[]),
  ...(['deploy', 'rollback', 'compareStrategies', 'stepRequest'] satisfies CommandName[]),
])

/** Throws `AUDIT_BUSY` for what must wait until the audit is done. */
export function requireNoAudit(engine: Engine, command: CommandName): void {
  if (DISTURBING.has(command) && engine.isAuditing) throw new LabError('AUDIT_BUSY')
}

async function loadShelved(engine: Engine, topology: string): Promise<Topology> {
  return loadTopologyFile((await engine.topologies.find(topology)).file)
}

/** Throws `TOPOLOGY_NOT_FOUND`, `TOPOLOGY_INVALID`, and `LAB_NOT_RUNNING` where none is named. */
async function predict(engine: Engine, topology: string | undefined): Promise<AuditState> {
  return topology === undefined ? engine.lab.audits.predict() : predictedAudit(await loadShelved(engine, topology))
}

async function render(
  engine: Engine,
  { format, topology, words, marks }: CommandInput<'renderAudit'>,
): Promise<{ readonly name: string; readonly text: string }> {
  const last = topology === undefined ? engine.events.state.audit : null
  const audit = last ?? (await predict(engine, topology))
  const text = format === 'csv' ? auditCsv(audit, marks) : auditHtml(audit, auditWords(words), marks)
  return { name: `audit-${audit.topology}`, text }
}
