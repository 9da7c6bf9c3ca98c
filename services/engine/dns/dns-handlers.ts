import type { CommandInput, CommandName, CommandOutput, DNS_INPUTS } from '../../contract/index.ts'
import type { Engine } from '../create-engine.ts'
import { readZone } from './zone-file.ts'

type DnsCommand = keyof typeof DNS_INPUTS & CommandName
type Handlers = {
  readonly [Name in DnsCommand]: (
    engine: Engine,
    input: CommandInput<Name>,
  ) => CommandOutput<Name> | Promise<CommandOutput<Name>>
}

/** The commands about DNS. */
export const DNS_HANDLERS: Handlers = {
  readDns: (engine) => engine.lab.dns.view(),
  checkZone: (_engine, { text }) => readZone(text),
  editZone: (engine, order) => engine.lab.dns.zones.edit(order),
  changeRecord: (engine, order) => engine.lab.dns.zones.changeRecord(order),
  setRecords: (engine, order) => engine.lab.dns.zones.setRecords(order),
  flushCache: (engine, { service, name }) => engine.lab.dns.flush(service, name),
  compareFailover: (engine, { rate, ttl }) => engine.lab.dns.compareFailover(rate, ttl),
  stopFailover: (engine) => {
    engine.lab.dns.stopFailover()
    return null
  },
}
