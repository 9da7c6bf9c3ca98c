import { readFileSync } from 'node:fs'
import { displayName, parseZone, sameName, ZoneFileError, type ParsedZone } from '../../protocols/dns/index.ts'
import { ConfigError, ProgramError } from '../kit/program.ts'

export interface ZoneFile extends ParsedZone {
  readonly file: string
  readonly text: string
}

/** Reads and checks one zone file. Throws `ProgramError` with `file:line: sentence` for each problem. */
export function readZoneFile(file: string): ZoneFile {
  const text = readText(file)
  try {
    return { file, text, ...parseZone(text, file) }
  } catch (error) {
    if (error instanceof ZoneFileError) throw new ProgramError(error.message)
    throw error
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new ProgramError(`the zone file ${file} could not be read: ${detail}`)
  }
}

/** Two files must not hold the same zone. Throws `ConfigError` at the second. */
export function requireDistinct(zoneFiles: readonly ZoneFile[]): void {
  for (const [index, { file, zone }] of zoneFiles.entries()) {
    const earlier = zoneFiles.slice(0, index).find((other) => sameName(other.zone.apex, zone.apex))
    if (earlier) throw new ConfigError(file, 1, `the zone ${displayName(zone.apex)} is in ${earlier.file} already`)
  }
}

/** `zone foobar.com, 9 records, serial 1`. */
export function describeZone({ zone }: ParsedZone): string {
  const { recordCount } = zone
  return `zone ${displayName(zone.apex)}, ${recordCount} ${recordCount === 1 ? 'record' : 'records'}, serial ${zone.soa.serial}`
}
