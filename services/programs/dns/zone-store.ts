import { displayName, formatProblems, Responder } from '../../protocols/dns/index.ts'
import type { IncomingQuery, QueryAnswerer } from '../kit/dns/answerer.ts'
import type { Log } from '../kit/log.ts'
import { watchZoneFile, type FileWatch } from './file-watcher.ts'
import { logQuery } from './query-log.ts'
import { describeZone, readZoneFile, requireDistinct, type ZoneFile } from './zone-files.ts'

interface ServedZone {
  zoneFile: ZoneFile
  /** Why the file as it is now cannot be served, where that is so: the zone is then the one from before. */
  failure: string | null
}

/** The zones that are served: read at the start, and again whenever a file changes. */
export class ZoneStore implements QueryAnswerer {
  private readonly served: readonly ServedZone[]
  private readonly watches: readonly FileWatch[]
  private readonly log: Log
  private current: Responder

  /** Throws `ProgramError` when a file cannot be served. */
  constructor(files: readonly string[], log: Log) {
    this.log = log
    const zoneFiles = files.map((file) => readZoneFile(file))
    requireDistinct(zoneFiles)
    this.served = zoneFiles.map((zoneFile) => ({ zoneFile, failure: null }))
    this.current = this.makeResponder()
    for (const zoneFile of zoneFiles)
      this.report('zone loaded', zoneFile, `${describeZone(zoneFile)}: ${zoneFile.file}`)
    this.watches = this.served.map((zone) => watchZoneFile(zone.zoneFile.file, () => this.reload(zone)))
    // A file that changed between the reading and the watching would go unnoticed.
    this.served.forEach((zone) => this.reload(zone))
  }

  /** Answers from the zones as they are now. */
  answer(query: IncomingQuery, reply: (bytes: Buffer) => void): boolean {
    const answer = this.current.respond(query.bytes, query.transport)
    if (answer === null) return false
    reply(answer.bytes)
    logQuery(this.log, query, answer)
    return true
  }

  stop(): void {
    this.watches.forEach((watch) => watch.stop())
  }

  private reload(zone: ServedZone): void {
    const before = zone.zoneFile
    try {
      const after = readZoneFile(before.file)
      if (after.text === before.text) return this.confirm(zone)
      requireDistinct(this.served.map((other) => (other === zone ? after : other.zoneFile)))
      zone.zoneFile = after
      zone.failure = null
      this.current = this.makeResponder()
      this.report('zone reloaded', after, describeReload(before, after))
    } catch (error) {
      this.refuse(zone, error instanceof Error ? error.message : String(error))
    }
  }

  /** The file says what is served. */
  private confirm(zone: ServedZone): void {
    if (zone.failure !== null) this.report('zone file mended', zone.zoneFile, 'it says again what is served')
    zone.failure = null
  }

  /** A mistake in the new file leaves the old zone in service. */
  private refuse(zone: ServedZone, failure: string): void {
    if (failure === zone.failure) return
    zone.failure = failure
    for (const outcome of failure.split('\n')) this.log.event({ what: 'zone file refused', outcome, level: 'error' })
    this.log.event({ what: 'old zone kept', outcome: describeZone(zone.zoneFile), level: 'warning' })
  }

  private report(what: string, zoneFile: ZoneFile, outcome: string): void {
    this.log.event({ what, outcome, level: 'good' })
    warnAbout(zoneFile, this.log)
  }

  private makeResponder(): Responder {
    return new Responder(this.served.map(({ zoneFile }) => zoneFile.zone))
  }
}

/** Logs what is odd in a zone file, a line each. */
export function warnAbout({ file, warnings }: ZoneFile, log: Log): void {
  if (warnings.length === 0) return
  for (const outcome of formatProblems(file, warnings).split('\n'))
    log.event({ what: 'zone warning', outcome, level: 'warning' })
}

/** Serials compare in a circle (RFC 1982), but equal ones are the mistake that people make. */
function describeReload(before: ZoneFile, after: ZoneFile): string {
  const text = describeZone(after)
  const [was, is] = [before.zone, after.zone]
  if (displayName(was.apex) !== displayName(is.apex)) return `${text} instead of ${displayName(was.apex)}`
  return was.soa.serial === is.soa.serial ? `${text} as before, so secondary servers would not notice the change` : text
}
