import type { DNS_INPUTS } from '../../contract/index.ts'
import type { HandlersOf } from '../handlers.ts'
import { readZone } from './zone-file.ts'

/** The commands about DNS. */
export const DNS_HANDLERS: HandlersOf<typeof DNS_INPUTS> = {
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
