import {
  changeLabel,
  LabError,
  type CommandInput,
  type NewLabEvent,
  type ZoneRow,
  type ZoneView,
} from '../../contract/index.ts'
import {
  addRecord,
  changeRecord,
  listRecords,
  removeRecord,
  zoneSerial,
  type RecordLine,
} from '../../protocols/dns/index.ts'
import type { DesignHistory } from '../design/design-history.ts'
import type { LabPlan } from '../plan/lab-plan.ts'
import { zonePath } from '../roles/dns.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { ZoneFile } from './zone-file.ts'

export interface ZonesGround {
  readonly plan: LabPlan
  readonly workspace: Workspace
  readonly history: DesignHistory
  serves(service: string): boolean
  emit(event: NewLabEvent): void
}

/** The zones of a lab: each change of them can be undone. */
export class Zones {
  private readonly ground: ZonesGround
  private readonly files: readonly ZoneFile[]

  constructor(ground: ZonesGround) {
    this.ground = ground
    const { plan } = ground
    this.files = plan.ofRole('dns').map(
      (dns) =>
        new ZoneFile({
          dns,
          path: zonePath(dns, ground),
          zone: plan.topology.domain,
          serves: () => ground.serves(dns.id),
        }),
    )
  }

  list(): Promise<readonly ZoneView[]> {
    return Promise.all(this.files.map((file) => file.view()))
  }

  /** Of a DNS server; of the first one when none is named. Throws `SERVICE_UNKNOWN`. */
  file(service?: string): ZoneFile {
    const found = service === undefined ? this.files[0] : this.files.find((file) => file.service === service)
    if (found === undefined)
      throw new LabError('SERVICE_UNKNOWN', {
        service: service ?? 'dns',
        known: this.files.map((file) => file.service).join(', '),
      })
    return found
  }

  /** Throws `ZONE_INVALID`, `ZONE_CHANGED`, and as a change of the design does. */
  edit({ service, text, base }: CommandInput<'editZone'>): Promise<ZoneView> {
    return this.change(service, base, () => text)
  }

  /** Throws as `edit` does. */
  changeRecord({ service, base, change }: CommandInput<'changeRecord'>): Promise<ZoneView> {
    return this.change(service, base, (before) => {
      if (change.kind === 'add') return addRecord(before, change.record, this.commentOf)
      if (change.kind === 'remove') return removeRecord(before, change.line)
      return changeRecord(before, change.line, change.record, this.commentOf)
    })
  }

  /** Throws as `edit` does, and `ZONE_RECORD_NONE` when there is nothing to remove. */
  setRecords({ service, name, type, data, ttl }: CommandInput<'setRecords'>): Promise<ZoneView> {
    const records = data.map((one): RecordLine => ({ name, type, ttl, data: one }))
    return this.change(service, undefined, (before) => {
      const after = this.withRecords(before, records, (row) => row.name === name && inTheWay(row, type))
      if (after === before && data.length === 0) throw new LabError('ZONE_RECORD_NONE', { name, type })
      return after
    })
  }

  /** The text with these records in the place of those that `gone` names. */
  withRecords(text: string, records: readonly RecordLine[], gone: (row: ZoneRow) => boolean): string {
    const old = listRecords(text).filter(gone)
    let next = text
    // What can stay in its place is written anew there, from the end on, so that line numbers hold.
    const kept = old.slice(0, records.length)
    for (const row of old.slice(records.length).toReversed()) next = removeRecord(next, row.line)
    for (const [index, row] of [...kept.entries()].toReversed())
      next = changeRecord(next, row.line, records[index] ?? row, this.commentOf)
    for (const record of records.slice(kept.length)) next = addRecord(next, record, this.commentOf)
    return next
  }

  /** The name of the host with this address. */
  readonly commentOf = (data: string): string | null => {
    const { plan } = this.ground
    return Object.keys(plan.topology.hosts).find((host) => plan.addressOfHost(host) === data) ?? null
  }

  /** Writes a text that is no change of the design: the engine will take it back itself. */
  async writeAside(file: ZoneFile, text: string): Promise<void> {
    await this.write(file, await file.successor(text))
  }

  private async change(
    service: string | undefined,
    base: string | undefined,
    make: (before: string) => string,
  ): Promise<ZoneView> {
    const file = this.file(service)
    const before = await file.text()
    if (base !== undefined && base !== before) throw new LabError('ZONE_CHANGED', { file: file.path })
    const after = await file.successor(file.changed(() => make(before)))
    if (after !== before)
      await this.ground.history.run({
        label: changeLabel('editZone', { zone: this.ground.plan.topology.domain }),
        apply: () => this.writeAside(file, after),
        revert: () => this.writeAside(file, before),
      })
    return file.view()
  }

  private async write(file: ZoneFile, text: string): Promise<void> {
    await file.write(text)
    const zone = this.ground.plan.topology.domain
    const serial = zoneSerial(text) ?? 0
    this.ground.emit({ type: 'zoneChanged', service: file.service, zone, serial, atMs: Date.now() })
  }
}

/** A CNAME stands alone at its name (RFC 1034 section 3.6.2), so it gives way to others and they to it. */
function inTheWay(row: ZoneRow, type: string): boolean {
  return row.type !== 'SOA' && (row.type === type || row.type === 'CNAME' || type === 'CNAME')
}
