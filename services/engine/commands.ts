import {
  COMMAND_INPUTS,
  LabError,
  toFailure,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type CommandResult,
} from '../contract/index.ts'
import type { Engine } from './create-engine.ts'
import { AUDIT_HANDLERS, requireNoAudit } from './audit/audit-handlers.ts'
import { DEPLOYMENT_HANDLERS } from './deploy/deployment-handlers.ts'
import { FAULT_HANDLERS } from './faults/fault-handlers.ts'
import { CAPACITY_HANDLERS } from './capacity/capacity-handlers.ts'
import { DNS_HANDLERS } from './dns/dns-handlers.ts'
import { DESIGN_HANDLERS } from './design/design-handlers.ts'
import { SAVING_HANDLERS } from './saving/saving-handlers.ts'
import { readServiceFile } from './workspace/read-service-file.ts'

/** Terminals belong to one client; the key says which. */
export interface CommandContext {
  readonly client: object
  readonly sendTerminal: (service: string, data: string, reset: boolean) => void
}

type Handler<Name extends CommandName> = (
  engine: Engine,
  input: CommandInput<Name>,
  context: CommandContext,
) => CommandOutput<Name> | Promise<CommandOutput<Name>>

const HANDLERS: { readonly [Name in CommandName]: Handler<Name> } = {
  listTopologies: (engine) => engine.topologies.list(),
  readCapabilities: (engine) => engine.readCapabilities(),
  startLab: (engine, { topology }) => engine.startLab({ topology }),
  stopLab: async (engine) => {
    await engine.stopLab()
    return null
  },
  actOnService: async (engine, { service, action }) => {
    const target = engine.lab.service(service)
    await target.act(action)
    return target.state
  },
  setAutomaticRestart: (engine, { service, enabled }) => {
    const target = engine.lab.service(service)
    target.setAutomaticRestart(enabled)
    return target.state
  },
  sendRequest: (engine, { url }) => engine.sendRequest(url),
  readServiceFile: (engine, { service, file }) => readServiceFile(engine.lab.service(service).state, file),
  attachTerminal: (engine, { service }, { client, sendTerminal }) => {
    engine.lab.service(service).terminal.attach(client, (data, reset) => sendTerminal(service, data, reset))
    return null
  },
  detachTerminal: (engine, { service }, { client }) => {
    engine.lab.service(service).terminal.detach(client)
    return null
  },
  ackTerminal: (engine, { service, chars }, { client }) => {
    engine.lab.service(service).terminal.acknowledge(client, chars)
    return null
  },
  writeTerminal: (engine, { service, data }) => {
    engine.lab.service(service).type(data)
    return null
  },
  resizeTerminal: (engine, { service, cols, rows }) => {
    engine.lab.service(service).resize(cols, rows)
    return null
  },
  readPackets: (engine, { filter, from, limit }) => engine.lab.network.readPackets(filter, from, limit),
  findPacket: (engine, { filter, no }) => engine.lab.network.findPacket(filter, no),
  readPacket: (engine, { no }) => engine.lab.network.readPacket(no),
  followStream: (engine, { connection }) => engine.lab.network.followStream(connection),
  clearPackets: async (engine) => {
    await engine.lab.network.clear()
    return null
  },
  setRecording: (engine, { mode, ringBytes }) => engine.lab.network.setRecording(mode, ringBytes),
  exportCapture: (engine) => engine.lab.network.exportCapture(),
  readTrace: (engine, { trace }) => engine.lab.readTrace(trace),
  stepRequest: (engine, { url }) => engine.stepper.start(url),
  stepNext: (engine) => engine.stepper.next(),
  stepPlay: (engine, { paceMs }) => engine.stepper.play(paceMs),
  stepPause: (engine) => engine.stepper.pause(),
  stepToEnd: (engine) => engine.stepper.toEnd(),
  stepCancel: (engine) => engine.stepper.cancel(),
  saveReport: (engine, { name, html }) => engine.lab.saveReport(name, html),
  ...DEPLOYMENT_HANDLERS,
  ...FAULT_HANDLERS,
  ...DESIGN_HANDLERS,
  ...AUDIT_HANDLERS,
  ...DNS_HANDLERS,
  ...CAPACITY_HANDLERS,
  ...SAVING_HANDLERS,
  startTraffic: async (engine, order) => (await engine.lab.traffic.start(order)).state,
  stopTraffic: async (engine) => (await engine.lab.traffic.stop()).state,
  readTrafficRun: (engine, { id }) => engine.lab.traffic.run(id).data,
  forgetTrafficRun: (engine, { id }) => {
    engine.lab.traffic.forget(id)
    return null
  },
}

/** Checks the input by its schema and runs the command. Never rejects: failures are values. */
export async function runCommand<Name extends CommandName>(
  engine: Engine,
  command: Name,
  input: unknown,
  context: CommandContext,
): Promise<CommandResult<Name>> {
  try {
    const checked = COMMAND_INPUTS[command].safeParse(input)
    if (!checked.success) {
      const issue = checked.error.issues[0]
      const detail = `${issue?.path.join('.') || 'input'}: ${issue?.message ?? 'invalid'}`
      throw new LabError('INPUT_INVALID', { command, detail })
    }
    requireNoAudit(engine, command)
    const handler: Handler<Name> = HANDLERS[command]
    // The schema of this very command has just accepted it.
    return { ok: true, value: await handler(engine, checked.data as CommandInput<Name>, context) }
  } catch (error) {
    return { ok: false, failure: toFailure(error) }
  }
}
