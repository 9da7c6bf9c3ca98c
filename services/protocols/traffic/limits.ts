/** What the generator takes, for programs: they know no contract, but speak of the same bounds. */
export { TRAFFIC_DEFAULTS, TRAFFIC_LIMITS } from '../../contract/traffic.ts'
