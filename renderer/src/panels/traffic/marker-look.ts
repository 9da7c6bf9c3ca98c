import type { TrafficMarker } from '../../../../services/contract/traffic.ts'

const GOOD = new Set(['ready', 'up'])
const BAD = new Set(['failed', 'down'])

/** The token of a marker's colour: bad and good as everywhere, what a deployment does in violet. */
export function markerColour({ kind, what, ok }: TrafficMarker): string {
  if (ok === false || BAD.has(what)) return '--state-red'
  if (kind === 'step' || kind === 'deployment' || kind === 'release') return '--state-violet'
  return GOOD.has(what) ? '--state-green' : '--state-amber'
}
