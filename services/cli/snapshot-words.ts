import type { SnapshotInfo } from '../contract/index.ts'
import type { Output } from './output.ts'
import { styledTable } from './words.ts'

/** How the command line shows snapshots and lab files. */

/** `1.3 MiB`, `80 KiB`. */
export function sizeWords(bytes: number): string {
  const kib = bytes / 1024
  return kib < 1024 ? `${Math.ceil(kib)} KiB` : `${(kib / 1024).toFixed(1)} MiB`
}

export function snapshotsText(snapshots: readonly SnapshotInfo[], out: Output): string {
  if (snapshots.length === 0) return 'No snapshot has been taken in this lab. Take one with "snapshot take".'
  const head = ['NAME', 'TAKEN', 'RELEASES', 'SIZE'].map((cell) => out.style('quiet', cell))
  const rows = snapshots.map(({ name, takenAtMs, hosts, bytes }) => [
    out.style('strong', name),
    new Date(takenAtMs).toLocaleString(),
    hosts.map(({ host, release }) => `${host} ${release ?? '-'}`).join(', '),
    sizeWords(bytes),
  ])
  return styledTable([head, ...rows])
}
